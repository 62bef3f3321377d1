import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { SharedResult } from '../../events/hub/sink';

/** Results up to this size are copied into one piece with what goes before: that costs less than another piece. */
const COPY_UP_TO = 4_096;

/** How much is gathered at most before it is written, in bytes. */
const GATHER_UP_TO = 65_536;

const closingBrace = Buffer.from('}');

/** What goes before the results of one operation, in every frame. */
export function nextPrefix(id: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
}

/**
 * Writes results to a socket as WebSocket frames of its own making: one piece for each, where `ws` would
 * write two, and nothing is made anew but the frame itself. These frames and those of `ws` keep their
 * order, because neither holds any back: nothing is compressed, and whole frames go to the same socket.
 */
export class FrameWriter {
  private draining: Promise<void> | null = null;
  /** The turn of the event loop in which this socket was last written to. */
  private lastTurn = 0;

  /**
   * @param socket what `ws` was given to write to.
   * @param limit most bytes that may wait for the peer.
   */
  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    private readonly limit: number,
  ) {}

  /** Whether more waits for the peer than may. */
  get isFull(): boolean {
    return this.socket.writableLength > this.limit;
  }

  /** Resolves when little waits for the peer, or it is gone. */
  drained(): Promise<void> {
    const { socket, limit } = this;
    // without need of a drain there will be no event
    const isLittle = socket.writableLength <= limit / 2 || !socket.writableNeedDrain;
    if (isLittle || socket.destroyed) return Promise.resolve();
    this.draining ??= new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        this.draining = null;
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
    return this.draining;
  }

  /** Writes a result for the operation that `prefix` was made for. */
  next(prefix: Buffer, { bytes }: SharedResult): void {
    if (this.ws.readyState !== WebSocket.OPEN) return;
    this.gather();
    const { socket } = this;
    const length = prefix.length + bytes.length + 1;
    if (bytes.length <= COPY_UP_TO) {
      const frame = startFrame(length, length);
      const start = frame.length - length;
      frame.set(prefix, start);
      frame.set(bytes, start + prefix.length);
      frame[frame.length - 1] = 0x7d;
      socket.write(frame);
      return;
    }
    const start = startFrame(length, prefix.length);
    start.set(prefix, start.length - prefix.length);
    socket.cork();
    socket.write(start);
    socket.write(bytes);
    socket.write(closingBrace);
    socket.uncork();
  }

  /** Has what follows the first frame of a turn written in one go at its end: somebody catches up. */
  private gather(): void {
    if (this.lastTurn === turn.number) turn.cork(this.socket);
    else this.lastTurn = turn.current();
  }
}

/** A buffer that begins with the header of a text frame and has `room` bytes behind it. */
function startFrame(length: number, room: number): Buffer {
  if (length < 126) {
    const frame = Buffer.allocUnsafe(2 + room);
    frame[0] = 0x81;
    frame[1] = length;
    return frame;
  }
  if (length < 65_536) {
    const frame = Buffer.allocUnsafe(4 + room);
    frame[0] = 0x81;
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
    return frame;
  }
  const frame = Buffer.allocUnsafe(10 + room);
  frame[0] = 0x81;
  frame[1] = 127;
  frame.writeBigUInt64BE(BigInt(length), 2);
  return frame;
}

/** The present turn of the event loop, and the sockets that are corked until its end. */
class Turn {
  /** Rises with every turn in which something is written. */
  number = 1;
  private isBegun = false;
  private corked = new Set<Socket>();

  /** The number of the present turn, which ends when nothing is left to run in it. */
  current(): number {
    if (!this.isBegun) {
      this.isBegun = true;
      process.nextTick(() => this.end());
    }
    return this.number;
  }

  cork(socket: Socket): void {
    if (!this.corked.has(socket)) {
      this.corked.add(socket);
      socket.cork();
    } else if (socket.writableLength > GATHER_UP_TO) {
      // what the system takes at once doesn't count as waiting for the peer
      socket.uncork();
      socket.cork();
    }
  }

  private end(): void {
    this.number += 1;
    this.isBegun = false;
    if (this.corked.size === 0) return;
    for (const socket of this.corked) socket.uncork();
    this.corked.clear();
  }
}

const turn = new Turn();
