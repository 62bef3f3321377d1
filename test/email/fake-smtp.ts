import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';

/** A mail as it was handed in. */
export interface HandedIn {
  to: string[];
  raw: string;
  mail: Email;
}

/** Takes mail in as a submission server does, whoever signs in; without any other mail server behind it. */
export class FakeSmtp {
  readonly taken: HandedIn[] = [];
  /** Whether it wants everything later. */
  isBusy = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
      this.talk(socket);
    });
  }

  static async start(): Promise<FakeSmtp> {
    const fake = new FakeSmtp(createServer());
    fake.server.listen(0, '127.0.0.1');
    await once(fake.server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Settings of a channel that sends by it. */
  get settings() {
    const smtp = { smtpHost: '127.0.0.1', smtpPort: this.port, smtpSecurity: 'NONE' };
    return { password: 'support-pass', ...smtp };
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private talk(socket: Socket): void {
    let waiting = '';
    let to: string[] = [];
    let isData = false;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const commands: Record<string, (line: string) => void> = {
      EHLO: () => say('250-fake\r\n250-AUTH PLAIN\r\n250 8BITMIME'),
      AUTH: () => say('235 come in'),
      MAIL: () => {
        to = [];
        say('250 ok');
      },
      RCPT: (line) => {
        if (this.isBusy) return say('451 later');
        to.push(/<(.*?)>/.exec(line)![1]!);
        say('250 ok');
      },
      DATA: () => {
        isData = true;
        say('354 go on');
      },
      QUIT: () => void socket.end('221 bye\r\n'),
    };
    const take = async (raw: string) => {
      this.taken.push({ to, raw, mail: await PostalMime.parse(raw) });
      say('250 taken');
    };
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1');
      for (;;) {
        const end = waiting.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const piece = waiting.slice(0, end);
        waiting = waiting.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          void take(piece.replace(/^\.\./gm, '.'));
        } else {
          const answer = commands[piece.slice(0, 4).toUpperCase()];
          if (answer) answer(piece);
          else say('250 ok');
        }
      }
    });
    say('220 fake');
  }
}
