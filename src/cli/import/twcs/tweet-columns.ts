import { Handles } from './handles';
import { MAX_HANDLE_LENGTH, type TwcsRow } from './row';

const FIRST_CAPACITY = 4096;
const MENTION = /@(\w+)/g;

/**
 * What the first pass keeps of each row, in the order of the file: about 30 bytes in typed arrays
 * and no text, so that the whole archive of 2.8 million rows fits in memory.
 */
export class TweetColumns {
  readonly handles = new Handles();
  count = 0;
  ids = new BigInt64Array(FIRST_CAPACITY);
  /** The tweet replied to; 0 for none. */
  parentIds = new BigInt64Array(FIRST_CAPACITY);
  /** Seconds since 1970, which fit 32 bits until 2106. */
  seconds = new Uint32Array(FIRST_CAPACITY);
  authors = new Uint32Array(FIRST_CAPACITY);
  lines = new Uint32Array(FIRST_CAPACITY);
  outbound = new Uint8Array(FIRST_CAPACITY);
  /** Where the mentions of a row end in `mentions`; they begin where those of the row before end. */
  mentionEnds = new Uint32Array(FIRST_CAPACITY);
  mentionCount = 0;
  mentions = new Uint32Array(FIRST_CAPACITY);

  /** Appends a row. */
  add(row: TwcsRow): void {
    const at = this.count;
    if (at === this.ids.length) this.grow(at * 2);
    this.count += 1;
    this.ids[at] = row.tweetId;
    this.parentIds[at] = row.inReplyTo ?? 0n;
    this.seconds[at] = row.sentAt / 1000;
    this.authors[at] = this.handles.number(row.authorId);
    this.lines[at] = row.line;
    this.outbound[at] = row.inbound ? 0 : 1;
    if (row.inbound) this.addMentions(row.text);
    this.mentionEnds[at] = this.mentionCount;
  }

  /** Which handles are brands is known only at the end of the pass, so each candidate is kept. */
  private addMentions(text: string): void {
    for (const [, handle = ''] of text.matchAll(MENTION)) {
      if (handle.length > MAX_HANDLE_LENGTH) continue;
      if (this.mentionCount === this.mentions.length) {
        this.mentions = grown(this.mentions, this.mentionCount * 2);
      }
      this.mentions[this.mentionCount] = this.handles.number(handle.toLowerCase());
      this.mentionCount += 1;
    }
  }

  private grow(capacity: number): void {
    this.ids = grownIds(this.ids, capacity);
    this.parentIds = grownIds(this.parentIds, capacity);
    this.seconds = grown(this.seconds, capacity);
    this.authors = grown(this.authors, capacity);
    this.lines = grown(this.lines, capacity);
    this.mentionEnds = grown(this.mentionEnds, capacity);
    const outbound = new Uint8Array(capacity);
    outbound.set(this.outbound);
    this.outbound = outbound;
  }
}

function grown(column: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const bigger = new Uint32Array(capacity);
  bigger.set(column);
  return bigger;
}

function grownIds(column: BigInt64Array, capacity: number): BigInt64Array<ArrayBuffer> {
  const bigger = new BigInt64Array(capacity);
  bigger.set(column);
  return bigger;
}
