import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createEmptyDatabase, type TestDatabase } from '../support/database';
import { freePort } from '../support/free-port';
import { installPeer } from './install-peer';

const SOURCE = join(__dirname, 'bluesky');

/** A real Bluesky network on this machine: directory, server of accounts, view, and all empty. */
export class BlueskyNetwork {
  private constructor(
    /** Where accounts live: what a channel's `service` setting names. */
    readonly service: string,
    /** Where its packages are. */
    readonly folder: string,
    private readonly processes: readonly ChildProcess[],
    private readonly database: TestDatabase,
  ) {}

  static async start(): Promise<BlueskyNetwork> {
    const folder = await installPeer(SOURCE, 'the Bluesky network');
    const database = await createEmptyDatabase();
    const port = await freePort();
    const redis = spawn(
      'redis-server',
      ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore', cwd: tmpdir() },
    );
    redis.on('error', (error) => {
      throw new Error('redis-server is not installed (apt-get install redis-server)', {
        cause: error,
      });
    });
    const network = spawn(process.execPath, [join(SOURCE, 'network.cjs'), folder], {
      env: { ...process.env, DB_POSTGRES_URL: database.url, REDIS_HOST: `127.0.0.1:${port}` },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    network.stderr.on('data', (data: Buffer) => said.push(data.toString()));
    const failed = once(network, 'exit').then(() => {
      throw new Error(`The network did not start: ${said.join('').slice(-2_000)}`);
    });
    failed.catch(() => undefined);
    const line = once(createInterface(network.stdout), 'line');
    const [state] = (await Promise.race([line, failed])) as string[];
    const { service } = JSON.parse(state!) as { service: string };
    return new BlueskyNetwork(service, folder, [network, redis], database);
  }

  async stop(): Promise<void> {
    const [network, redis] = this.processes;
    const ended = once(network!, 'exit');
    network!.stdin!.end();
    const late = setTimeout(() => network!.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
    redis!.kill('SIGTERM');
    await this.database.drop();
  }
}
