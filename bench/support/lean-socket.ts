import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame, FrameReader, Opcode } from './frame-reader';

/** How much one read takes at most; all sockets of a process read into the same place. */
const READ_BYTES = 256 * 1024;
const readBuffer = Buffer.allocUnsafe(READ_BYTES);

export interface SocketEvents {
  /** Told of each text; the bytes are gone when it returns. */
  onText: (bytes: Buffer, start: number, end: number) => void;
  /** Told once that the connection has ended without having been asked to. */
  onLost: (reason: string) => void;
}

/**
 * A WebSocket client that does as little as can be for each frame, so that thousands of them in one
 * process are not what a benchmark measures.
 */
export class LeanSocket {
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  /** Head of the server's answer as far as it has come; null once it is there. */
  private greeting: string | null = '';
  private isClosing = false;

  private constructor(
    url: URL,
    private readonly events: SocketEvents,
    private readonly onOpen: () => void,
  ) {
    this.reader = new FrameReader((opcode, bytes, start, end) =>
      this.take(opcode, bytes, start, end),
    );
    this.socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (count) => {
          this.push(readBuffer.subarray(0, count));
          return true;
        },
      },
    });
    this.socket.on('error', (error) => this.lose(error.message));
    this.socket.on('close', () => this.lose('the connection was closed'));
  }

  /** Connects to `ws://…`; rejects when the server refuses. */
  static open(url: string, protocol: string | null, events: SocketEvents): Promise<LeanSocket> {
    const target = new URL(url);
    return new Promise((resolve, reject) => {
      const onLost = (reason: string) => {
        if (opened.greeting === null) events.onLost(reason);
        else reject(new Error(`no WebSocket at ${url}: ${reason}`));
      };
      const opened = new LeanSocket(target, { ...events, onLost }, () => resolve(opened));
      const head = [
        `GET ${target.pathname} HTTP/1.1`,
        `Host: ${target.host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        ...(protocol === null ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      ];
      opened.socket.write(`${head.join('\r\n')}\r\n\r\n`);
    });
  }

  send(text: string): void {
    this.socket.write(clientFrame(Opcode.TEXT, Buffer.from(text)));
  }

  close(): void {
    this.isClosing = true;
    this.socket.destroy();
  }

  private push(chunk: Buffer): void {
    try {
      if (this.greeting === null) this.reader.push(chunk);
      else this.greet(chunk);
    } catch (error) {
      this.lose((error as Error).message);
    }
  }

  private greet(chunk: Buffer): void {
    const text = this.greeting! + chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    this.greeting = text;
    if (end < 0) return;
    if (!text.startsWith('HTTP/1.1 101 ')) return this.lose(text.slice(0, 300));
    this.greeting = null;
    this.onOpen();
    this.reader.push(Buffer.from(text.slice(end + 4), 'latin1'));
  }

  private take(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === Opcode.TEXT) {
      this.events.onText(bytes, start, end);
    } else if (opcode === Opcode.PING) {
      this.socket.write(clientFrame(Opcode.PONG, bytes.subarray(start, end)));
    } else if (opcode === Opcode.CLOSE) {
      const code = end - start >= 2 ? bytes.readUInt16BE(start) : 1005;
      this.lose(`close code ${code}: ${bytes.toString('utf8', Math.min(start + 2, end), end)}`);
    }
  }

  private lose(reason: string): void {
    if (this.isClosing) return;
    this.close();
    this.events.onLost(reason);
  }
}
