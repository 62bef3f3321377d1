import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createEmptyDatabase, type TestDatabase } from '../support/database';

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
    const folder = await install();
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

/** Where the network's packages are; installed once for each version of the list, by npm. */
async function install(): Promise<string> {
  const list = readFileSync(join(SOURCE, 'package.json'));
  const version = createHash('sha256').update(list).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), 'parley-peers', `bluesky-${version}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(SOURCE, 'package.json'), join(folder, 'package.json'));
  process.stdout.write(`Installing the Bluesky network in ${folder}, once\n`);
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The network can't be installed: ${stderr.slice(-2_000)}`);
  writeFileSync(done, '');
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
