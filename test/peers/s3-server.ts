import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { until } from '../support/process';
import { installPeer } from './install-peer';

/** A server on this machine that speaks S3, with one empty bucket. */
export class S3Server {
  private constructor(
    /** The bucket's URL. */
    readonly bucket: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** The only account that it knows. */
  static readonly credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

  static async start(): Promise<S3Server> {
    const packages = await installPeer(join(__dirname, 's3'), 'the S3 server');
    const folder = await mkdtemp(join(tmpdir(), 'parley-s3-'));
    const port = String(await freePort());
    const program = join(packages, 'node_modules/s3rver/bin/s3rver.js');
    const args = ['--directory', folder, '--port', port, '--configure-bucket', 'parley'];
    const process = spawn(globalThis.process.execPath, [program, ...args], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    const answers = () => fetch(url).then(Boolean, () => false);
    await until(answers, 'the S3 server answers');
    return new S3Server(`${url}/parley`, process, folder);
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
    await rm(this.folder, { recursive: true });
  }
}
