import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect as connectNats, type NatsConnection } from '@nats-io/transport-node';
import { until } from './process';

/** The program, or null on a machine that does not have it. */
export function natsServerPath(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  const paths = folders.map((folder) => join(folder, 'nats-server'));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const MISSING = 'nats-server is not installed (apt-get install nats-server)';

/** Describes tests that need NATS: skipped, with a line that says so, where it can't be had; not in CI. */
export function describeWithNats(name: string, tests: () => void): void {
  if (natsServerPath()) return describe(name, tests);
  if (process.env.CI) {
    return describe(name, () => {
      test('NATS is there', () => {
        throw new Error(MISSING);
      });
    });
  }
  process.stdout.write(`Skipped: ${name}, because ${MISSING}\n`);
  describe.skip(name, tests);
}

export interface NatsServerOptions {
  /** Who may sign in; absent: anybody, without. */
  user?: string;
  password?: string;
  /** Further lines of its configuration. */
  settings?: string;
  /** Absent: with. */
  jetstream?: boolean;
}

const servers = new Set<NatsServer>();

/** Ends what tests left running; for `afterAll`. */
export async function endNatsServers(): Promise<void> {
  await Promise.all([...servers].map((server) => server.remove()));
}

/** A real nats-server with a port and a store of its own, which it keeps when it is started again. */
export class NatsServer {
  private child: ChildProcess | null = null;
  private guard: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    readonly port: number,
    private readonly options: NatsServerOptions,
  ) {
    servers.add(this);
  }

  /** Makes one, which is not up yet. */
  static async create(options: NatsServerOptions = {}): Promise<NatsServer> {
    const directory = await mkdtemp(join(tmpdir(), 'parley-nats-'));
    return new NatsServer(directory, await freePort(), options);
  }

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const server = await NatsServer.create(options);
    await server.start();
    return server;
  }

  /** With the credentials, if it wants any. */
  get url(): string {
    const { user, password } = this.options;
    return `nats://${user ? `${user}:${password}@` : ''}127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again with all that it had stored. */
  async start(): Promise<void> {
    const path = natsServerPath();
    if (!path) throw new Error(MISSING);
    const file = join(this.directory, 'nats.conf');
    await writeFile(file, this.configuration());
    this.child = spawn(path, ['-c', file], { stdio: 'ignore' });
    this.guard = endWithUs(this.child.pid!, this.directory);
    await until(() => isOpen(this.port), 'nats-server listens');
  }

  /** Sends it a signal and waits for its end; the store stays. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child, guard } = this;
    this.child = this.guard = null;
    if (!child) return;
    const end = once(child, 'exit');
    child.kill(signal);
    await end;
    // its number may be another process's from now on
    if (guard) process.kill(-guard.pid!, 'SIGKILL');
  }

  /** Lets it stand still, as a machine that hangs does; its connections stay open. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Runs `use` on a connection of its own to JetStream. */
  async with<T>(use: (manager: JetStreamManager, nc: NatsConnection) => Promise<T>): Promise<T> {
    const { user, password: pass } = this.options;
    const servers = `127.0.0.1:${this.port}`;
    const connection = await connectNats({ servers, user, pass, reconnect: false });
    try {
      return await use(await jetstreamManager(connection, { checkAPI: false }), connection);
    } finally {
      await connection.close();
    }
  }

  async remove(): Promise<void> {
    servers.delete(this);
    this.thaw();
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  private configuration(): string {
    const { user, password, settings = '', jetstream = true } = this.options;
    return [
      'host: 127.0.0.1',
      `port: ${this.port}`,
      ...(jetstream ? [`jetstream { store_dir: "${this.directory}/store" }`] : []),
      ...(user ? [`authorization { user: "${user}", password: "${password}" }`] : []),
      settings,
    ].join('\n');
  }
}

/** Starts a process that kills the server and removes its store when we end, however we do. */
function endWithUs(pid: number, directory: string): ChildProcess {
  const script = 'cat > /dev/null; kill -9 "$1" 2> /dev/null; rm -rf "$2"';
  const guard = spawn('sh', ['-c', script, 'sh', String(pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
