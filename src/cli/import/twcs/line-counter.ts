const NEWLINE = 0x0a;

/** How many "\n" the bytes of `chunk` from `start` up to (not including) `end` hold. */
function countNewlines(chunk: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE, start); at !== -1 && at < end; count += 1) {
    at = chunk.indexOf(NEWLINE, at + 1);
  }
  return count;
}

/**
 * Turns byte offsets of a file into line numbers, for a reader that moves forward.
 * The parser's own count takes a bare "\r" for a line end, which editors and `sed` do not, so the
 * bytes between the last position and the newest are held here until the position has passed them.
 */
export class LineCounter {
  private readonly chunks: Buffer[] = [];
  private chunkStart = 0;
  private position = 0;
  private end = 0;

  /** The 1-based line at the current position. */
  line = 1;

  /** Bytes that were handed in and lie behind the current position. */
  get pending(): number {
    return this.end - this.position;
  }

  /** Hands in the next bytes of the file. */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.end += chunk.length;
  }

  /** Moves the position forward to the byte `offset` of the file, among the bytes handed in. */
  moveTo(offset: number): void {
    for (let [chunk] = this.chunks; chunk !== undefined; [chunk] = this.chunks) {
      const from = this.position - this.chunkStart;
      const to = Math.min(chunk.length, offset - this.chunkStart);
      this.line += countNewlines(chunk, from, to);
      this.position = this.chunkStart + to;
      if (to < chunk.length) return;
      this.chunks.shift();
      this.chunkStart += chunk.length;
    }
  }

  /** The line of the byte `offset` of a chunk that is about to be handed in. */
  lineWithin(next: Buffer, offset: number): number {
    let line = this.line + countNewlines(next, 0, offset);
    this.chunks.forEach((chunk, index) => {
      const from = index === 0 ? this.position - this.chunkStart : 0;
      line += countNewlines(chunk, from, chunk.length);
    });
    return line;
  }
}
