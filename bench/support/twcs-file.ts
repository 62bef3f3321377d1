import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const HEADER =
  'tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n';
const SEED = 20_171_031;
const BRANDS = 40;
const FIRST_CUSTOMER = 115_712;
const FIRST_DAY = Date.UTC(2017, 9, 1);
const SECONDS = 60 * 24 * 3600;

const words =
  'please help my order is still not here and the app keeps saying it was sent last week can you check what happened thanks we are sorry to hear that send us a message with your account number so our team can look into this for you today has there been any change update refund delivery flight train bill phone network'.split(
    ' ',
  );
/** What makes real text awkward: quotes, commas, line ends, characters of four bytes, entities, links. */
const endings = [
  '!',
  '?',
  ' 😡😡',
  ', "again"',
  '\nThanks',
  ' &amp; more',
  ' https://t.co/a1B2c3D4e5',
];

interface Tweet {
  author: string;
  inbound: boolean;
  /** Seconds after the first day. */
  at: number;
  text: string;
  /** Place in the thread of the tweet that this one answers; null for the first. */
  parent: number | null;
}

/**
 * Writes a file in the format of the archive "Customer Support on Twitter", the same one every time:
 * threads of a customer and a brand, some with branches, answers mostly before what they answer.
 */
export async function writeTwcsFile(path: string, rows: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(Readable.from(records(rows)), createWriteStream(path));
}

function* records(rows: number): Generator<string> {
  const random = randomNumbers(SEED);
  yield HEADER;
  for (let written = 0; written < rows;) {
    const thread = makeThread(random, rows).slice(0, rows - written);
    yield formatThread(thread, written + 1);
    written += thread.length;
  }
}

function makeThread(random: Random, rows: number): Tweet[] {
  const brand = `Brand${random(BRANDS) + 1}Care`;
  const customer = String(FIRST_CUSTOMER + random(Math.ceil(rows / 3)));
  const length = 2 + random(3) + (random(10) === 0 ? random(20) : 0);
  let at = random(SECONDS);
  const thread: Tweet[] = [];
  for (let place = 0; place < length; place++) {
    const inbound = place % 2 === 0;
    const branches = place > 2 && random(12) === 0;
    thread.push({
      author: inbound ? customer : brand,
      inbound,
      at,
      text: `@${inbound ? brand : customer} ${sentence(random)}`,
      parent: place === 0 ? null : branches ? place - 3 : place - 1,
    });
    at += 60 + random(4 * 3600);
  }
  return thread;
}

/** The newest tweet comes first and has the smallest id, as in the archive. */
function formatThread(thread: readonly Tweet[], firstId: number): string {
  const idOf = (place: number) => firstId + thread.length - 1 - place;
  const lines = thread.map(({ author, inbound, at, text, parent }, place) => {
    const children = thread.flatMap((tweet, child) => (tweet.parent === place ? [child] : []));
    const fields = [
      idOf(place),
      author,
      inbound ? 'True' : 'False',
      formatTime(new Date(FIRST_DAY + at * 1000)),
      text,
      children.map(idOf).join(','),
      parent === null ? '' : idOf(parent),
    ];
    return `${fields.map(quoted).join(',')}\n`;
  });
  return lines.reverse().join('');
}

function quoted(field: string | number): string {
  const text = String(field);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `Tue Oct 31 22:10:47 +0000 2017` */
function formatTime(time: Date): string {
  const [weekday, day, month, year, clock] = time.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${clock} +0000 ${year}`;
}

function sentence(random: Random): string {
  const count = 6 + random(18);
  const chosen = Array.from({ length: count }, () => words[random(words.length)]!);
  return chosen.join(' ') + (random(4) === 0 ? endings[random(endings.length)]! : '');
}

/** A whole number from 0 to below `sides`. */
type Random = (sides: number) => number;

/** The mulberry32 generator: random enough for texts, and the same for the same seed. */
function randomNumbers(seed: number): Random {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}
