import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createPrivateKey, sign } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Dovecot and a real Postfix on loopback; who has a mailbox says their README. */

const SCRIPTS = join(__dirname, '../../../shared/peers/mail');
const PROGRAMS = ['dovecot', 'doveadm', 'postfix', 'postmap', 'openssl'];

/** What is missing for these tests; null where nothing is. */
export function whatIsMissing(): string | null {
  if (!existsSync(SCRIPTS)) return `the scripts of the mail servers (${SCRIPTS})`;
  if (process.getuid?.() !== 0) return 'the rights of root, which the mail servers start with';
  const absent = PROGRAMS.filter((name) => spawnSync('which', [name]).status !== 0);
  return absent.length > 0 ? `the programs ${absent.join(', ')}` : null;
}

/** The services and the names by which the start script takes their ports. */
const SERVICES = {
  imap: 'IMAP',
  imaps: 'IMAPS',
  smtp: 'SMTP',
  submission: 'SUBM',
  lmtp: 'LMTP',
  sasl: 'SASL',
};

type Ports = Record<keyof typeof SERVICES, number>;

/** Ports below those that the system gives to connections, so that none takes one meanwhile. */
async function freePorts(): Promise<Ports> {
  const ports: Partial<Ports> = {};
  for (const service of Object.keys(SERVICES) as (keyof Ports)[]) {
    let port: number;
    do port = 20_000 + Math.floor(Math.random() * 10_000);
    while (Object.values(ports).includes(port) || !(await isFree(port)));
    ports[service] = port;
  }
  return ports as Ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The servers inherit what the script writes to, so that its end is what is waited for. */
async function run(script: string, folder: string, data: string, env: NodeJS.ProcessEnv) {
  const process = spawn('bash', [join(folder, 'scripts', script), data], { env, stdio: 'ignore' });
  const [code] = (await once(process, 'exit')) as [number];
  if (code !== 0) throw new Error(`${script} ended with ${code}.`);
}

export class MailServer {
  private constructor(
    private readonly folder: string,
    readonly ports: Ports,
  ) {}

  static async start(): Promise<MailServer> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-mail-'));
    // the servers have users of their own
    chmodSync(folder, 0o755);
    cpSync(SCRIPTS, join(folder, 'scripts'), { recursive: true });
    const server = new MailServer(folder, await freePorts());
    const named = Object.entries(SERVICES).map(
      ([service, name]) => [name, String(server.ports[service as keyof Ports])] as const,
    );
    const env = { ...process.env, ...Object.fromEntries(named) };
    await run('start.sh', folder, server.data, env);
    return server;
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  /** PEM of the authority that signed the servers' certificate: the certificate itself. */
  get certificate(): string {
    return readFileSync(join(this.data, 'cert.pem'), 'utf8');
  }

  /** Ends the IMAP connections of a user, as an operator does. */
  kick(user: string): void {
    spawnSync('doveadm', ['-c', join(this.data, 'dovecot.conf'), 'kick', user]);
  }

  /** Gives the mailbox with this password another one. */
  changePassword(from: string, to: string): void {
    const users = join(this.data, 'users');
    writeFileSync(users, readFileSync(users, 'utf8').replace(from, to));
  }

  /** An access token as an identity provider gives it, valid for so many seconds. */
  accessToken(user: string, seconds: number): string {
    const now = Math.floor(Date.now() / 1_000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = part({ alg: 'ES256', typ: 'JWT', kid: 'k1' });
    const claims = { iss: 'https://login.test', sub: user, email: user, scope: 'mail' };
    const signed = `${head}.${part({ ...claims, iat: now - 3_600, exp: now + seconds })}`;
    const key = createPrivateKey(readFileSync(join(this.data, 'oauth.key')));
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  async stop(): Promise<void> {
    await run('stop.sh', this.folder, this.data, process.env);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
