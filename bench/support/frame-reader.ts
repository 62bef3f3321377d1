/** Operation codes of WebSocket frames (RFC 6455, 5.2). */
export const Opcode = { TEXT: 1, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** Told of each whole frame; the bytes are the reader's again when it returns. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

/** Cuts the stream of a server into frames without copying those that arrive whole. */
export class FrameReader {
  /** The beginning of a frame whose rest has not come. */
  private rest: Buffer | null = null;

  constructor(private readonly onFrame: OnFrame) {}

  push(chunk: Buffer): void {
    const bytes = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const size = frameSize(bytes, at);
      if (size === null || at + size.head + size.payload > bytes.length) break;
      const start = at + size.head;
      at = start + size.payload;
      this.onFrame(bytes[start - size.head]! & 0x0f, bytes, start, at);
    }
    this.rest = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  }
}

/** How long head and payload of the frame at an offset are; null when too little of it is there. */
function frameSize(bytes: Buffer, at: number): { head: number; payload: number } | null {
  if (at + 2 > bytes.length) return null;
  if ((bytes[at]! & 0xf0) !== 0x80) throw new Error('a frame was compressed or in pieces');
  const length = bytes[at + 1]!;
  if (length < 126) return { head: 2, payload: length };
  if (length === 126) {
    return at + 4 > bytes.length ? null : { head: 4, payload: bytes.readUInt16BE(at + 2) };
  }
  return at + 10 > bytes.length
    ? null
    : { head: 10, payload: Number(bytes.readBigUInt64BE(at + 2)) };
}

/** A client's frame. Its mask has to be there, but nothing says that it may not be zero. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length > 0xffff) throw new Error('too long for a frame of this client');
  const mask = Buffer.alloc(4);
  const head = Buffer.alloc(length < 126 ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, mask, payload]);
}
