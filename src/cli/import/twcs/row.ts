/** One tweet as the archive tells it, checked and typed; texts are kept to the letter. */
export interface TwcsRow {
  rejected?: never;
  /** The line at which the record begins. */
  line: number;
  tweetId: bigint;
  authorId: string;
  /** True: written by a customer; false: by a brand. */
  inbound: boolean;
  /** Milliseconds since 1970, in whole seconds. */
  sentAt: number;
  text: string;
  inReplyTo: bigint | null;
}

/** A record that is not imported, and why, in plain words. */
export interface RejectedRow {
  rejected: true;
  /** The line at which the record begins. */
  line: number;
  reason: string;
}

/** Where the fields that are imported stand in a record. */
export interface TwcsColumns {
  count: number;
  tweetId: number;
  authorId: number;
  inbound: number;
  createdAt: number;
  text: number;
  inReplyTo: number;
}

/** The longest author_id that is taken; the platform itself allows 15 characters. */
export const MAX_HANDLE_LENGTH = 64;

const MAX_ID = 2n ** 63n - 1n;
const MAX_ID_DIGITS = 19;
const EARLIEST = Date.UTC(2006, 2, 21);
const LATEST = Date.UTC(2100, 0, 1);
const SHOWN_CHARACTERS = 40;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const CREATED_AT =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) (\d{2}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) ([+-])([01]\d|2[0-3])([0-5]\d) (\d{4})$/;

class RowFault extends Error {}

function shown(value: string): string {
  const short = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return JSON.stringify(short);
}

/** Data frames write whole numbers as floats ("3.0") in a column that has gaps. */
function readId(column: string, value: string): bigint {
  const digits = /^0*(\d+)(?:\.0+)?$/.exec(value.trim())?.[1];
  const id = digits !== undefined && digits.length <= MAX_ID_DIGITS ? BigInt(digits) : 0n;
  if (id > 0n && id <= MAX_ID) return id;
  throw new RowFault(
    `${column} is ${shown(value)}, which is not a positive whole number of 63 bits`,
  );
}

function readInbound(value: string): boolean {
  const flag = value.trim().toLowerCase();
  if (flag !== 'true' && flag !== 'false') {
    throw new RowFault(`inbound is ${shown(value)}, which is neither True nor False`);
  }
  return flag === 'true';
}

function readAuthor(value: string): string {
  const author = value.trim();
  if (author === '') throw new RowFault('author_id is empty');
  if (author.length > MAX_HANDLE_LENGTH) {
    throw new RowFault(`author_id ${shown(author)} is longer than ${MAX_HANDLE_LENGTH} characters`);
  }
  if (/[\s\p{Cc}]/u.test(author)) {
    throw new RowFault(`author_id is ${shown(author)}, which holds spaces or control characters`);
  }
  return author;
}

function readTime(value: string): number {
  const parts = CREATED_AT.exec(value.trim());
  const month = MONTHS.indexOf(parts?.[1] ?? '');
  if (parts === null || month === -1) {
    throw new RowFault(
      `created_at is ${shown(value)}, which is not of the form "Tue Oct 31 22:10:47 +0000 2017"`,
    );
  }
  const part = (at: number) => Number(parts[at]);
  const day = part(2);
  const local = Date.UTC(part(9), month, day, part(3), part(4), part(5));
  if (new Date(local).getUTCDate() !== day) {
    throw new RowFault(`created_at is ${shown(value)}, a day that the calendar does not have`);
  }
  const east = (parts[6] === '-' ? -1 : 1) * (part(7) * 60 + part(8));
  const time = local - east * 60_000;
  if (time < EARLIEST || time >= LATEST) {
    throw new RowFault(`created_at is ${shown(value)}, which is not between March 2006 and 2100`);
  }
  return time;
}

function readFields(fields: readonly string[], columns: TwcsColumns, line: number): TwcsRow {
  if (fields.length !== columns.count) {
    throw new RowFault(`it has ${fields.length} columns where the header has ${columns.count}`);
  }
  const field = (at: number) => fields[at] ?? '';
  const inReplyTo = field(columns.inReplyTo);
  return {
    line,
    tweetId: readId('tweet_id', field(columns.tweetId)),
    authorId: readAuthor(field(columns.authorId)),
    inbound: readInbound(field(columns.inbound)),
    sentAt: readTime(field(columns.createdAt)),
    text: field(columns.text),
    inReplyTo: inReplyTo.trim() === '' ? null : readId('in_response_to_tweet_id', inReplyTo),
  };
}

/** Checks one record; what is wrong with it is said once, for the first field that is. */
export function readTwcsRow(
  fields: readonly string[],
  columns: TwcsColumns,
  line: number,
): TwcsRow | RejectedRow {
  try {
    return readFields(fields, columns, line);
  } catch (error) {
    if (error instanceof RowFault) return { rejected: true, line, reason: error.message };
    throw error;
  }
}
