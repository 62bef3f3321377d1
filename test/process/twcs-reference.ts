/**
 * Response figures of an archive file, worked out anew from its text by the definitions that come
 * with the archive, as naively as can be: nothing of the importer or the metrics is used.
 */
import { readFileSync } from 'node:fs';

/** One row. */
export interface Tweet {
  id: number;
  author: string;
  inbound: boolean;
  /** Seconds since 1970. */
  at: number;
  text: string;
  /** The tweet that it says it replies to, be it in the file or not. */
  repliesTo: number | null;
  /** The tweet that it replies to, when that is a row. */
  parent: Tweet | null;
  children: Tweet[];
  /** The smallest id of its reply tree. */
  tree: number;
  /** The brand that it is counted for, in lower case. */
  brand: string | null;
  /** The earliest answer of a brand. */
  answer: Tweet | null;
}

/** What a brand and a reply tree have to do with each other. */
export interface Pair {
  brand: string;
  start: Tweet;
  first: Tweet | null;
}

/** Figures in the shape of the API's. */
export interface Figures {
  inboundMessages: number;
  outboundMessages: number;
  answeredMessages: number;
  responseRate: number | null;
  responseTime: Times;
  conversations: number;
  answeredConversations: number;
  conversationResponseRate: number | null;
  firstResponseTime: Times;
}

interface Times {
  count: number;
  median: number | null;
  p90: number | null;
  mean: number | null;
}

/** Splits CSV into records; only "\n" and "\r\n" end one. */
function records(text: string): string[][] {
  const all: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (quoted) {
      if (char !== '"') {
        field += char;
      } else if (text[at + 1] === '"') {
        field += char;
        at += 1;
      } else {
        quoted = false;
      }
    } else if (char === '"') {
      quoted = true;
    } else if (char === ',' || char === '\n') {
      record.push(field);
      field = '';
      if (char === ',') continue;
      all.push(record);
      record = [];
    } else if (char !== '\r' || text[at + 1] !== '\n') {
      field += char;
    }
  }
  if (field !== '' || record.length > 0) all.push([...record, field]);
  return all;
}

const earliest = (a: Tweet, b: Tweet) => a.at - b.at || a.id - b.id;

/** The rows of a file with their trees, brands and answers. */
export function readReference(path: string): Tweet[] {
  const [header, ...rows] = records(readFileSync(path, 'utf8'));
  const tweets = rows.map((row): Tweet => {
    const cell = (name: string) => row[header!.indexOf(name)]!;
    const repliesTo = cell('in_response_to_tweet_id');
    return {
      id: Number(cell('tweet_id')),
      author: cell('author_id'),
      inbound: cell('inbound') === 'True',
      at: Date.parse(cell('created_at')) / 1000,
      text: cell('text'),
      repliesTo: repliesTo === '' ? null : Number(repliesTo),
      parent: null,
      children: [],
      tree: 0,
      brand: null,
      answer: null,
    };
  });
  const byId = new Map(tweets.map((tweet) => [tweet.id, tweet]));
  for (const tweet of tweets) {
    tweet.parent = byId.get(tweet.repliesTo ?? NaN) ?? null;
    tweet.parent?.children.push(tweet);
  }
  const rootOf = (tweet: Tweet): Tweet => (tweet.parent ? rootOf(tweet.parent) : tweet);
  const trees = new Map<Tweet, Tweet[]>();
  for (const tweet of tweets) {
    const root = rootOf(tweet);
    trees.set(root, [...(trees.get(root) ?? []), tweet]);
  }
  const brands = new Set(tweets.filter(({ inbound }) => !inbound).map(brandOf));
  for (const tree of trees.values()) {
    const smallest = Math.min(...tree.map(({ id }) => id));
    const writers = [...new Set(tree.filter(({ inbound }) => !inbound).map(brandOf))];
    for (const tweet of tree) {
      tweet.tree = smallest;
      tweet.answer = tweet.inbound
        ? (tweet.children.filter(({ inbound }) => !inbound).sort(earliest)[0] ?? null)
        : null;
      tweet.brand = tweet.inbound ? attribute(tweet, brands, writers) : brandOf(tweet);
    }
  }
  return tweets;
}

const brandOf = (tweet: Tweet) => tweet.author.toLowerCase();

function attribute(tweet: Tweet, brands: Set<string>, writers: string[]): string | null {
  if (tweet.answer) return brandOf(tweet.answer);
  if (tweet.parent && !tweet.parent.inbound) return brandOf(tweet.parent);
  for (const [, handle] of tweet.text.matchAll(/@(\w+)/g)) {
    if (brands.has(handle!.toLowerCase())) return handle!.toLowerCase();
  }
  for (let up = tweet.parent; up; up = up.parent) {
    if (!up.inbound) return brandOf(up);
  }
  return writers.length === 1 ? writers[0]! : null;
}

/** The pairs of brand and reply tree in which a customer wrote. */
export function pairsOf(tweets: readonly Tweet[]): Pair[] {
  const groups = new Map<string, Tweet[]>();
  for (const tweet of tweets) {
    const key = `${tweet.brand} ${tweet.tree}`;
    const group = groups.get(key);
    if (group) group.push(tweet);
    else groups.set(key, [tweet]);
  }
  return [...groups.values()].flatMap((group): Pair[] => {
    const [start] = group.filter(({ inbound }) => inbound).sort(earliest);
    if (!start) return [];
    const [first] = group.filter(({ inbound, at }) => !inbound && at >= start.at).sort(earliest);
    return [{ brand: start.brand!, start, first: first ?? null }];
  });
}

/** The figures of some rows and some pairs. */
export function figuresOf(tweets: readonly Tweet[], pairs: readonly Pair[]): Figures {
  const inbound = tweets.filter((tweet) => tweet.inbound);
  const answered = inbound.filter(({ answer }) => answer);
  const responded = pairs.filter(({ first }) => first);
  return {
    inboundMessages: inbound.length,
    outboundMessages: tweets.length - inbound.length,
    answeredMessages: answered.length,
    responseRate: share(answered.length, inbound.length),
    responseTime: times(answered.map(({ at, answer }) => answer!.at - at)),
    conversations: pairs.length,
    answeredConversations: responded.length,
    conversationResponseRate: share(responded.length, pairs.length),
    firstResponseTime: times(responded.map(({ start, first }) => first!.at - start.at)),
  };
}

const share = (part: number, whole: number) =>
  whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6;

function times(seconds: readonly number[]): Times {
  const sorted = seconds.filter((time) => time >= 0).sort((a, b) => a - b);
  const { length } = sorted;
  if (length === 0) return { count: 0, median: null, p90: null, mean: null };
  const half = length / 2;
  const median = length % 2 === 1 ? sorted[half - 0.5]! : (sorted[half - 1]! + sorted[half]!) / 2;
  const mean = sorted.reduce((sum, time) => sum + time, 0) / length;
  return {
    count: length,
    median,
    p90: sorted[Math.ceil(0.9 * length) - 1]!,
    mean: Math.round(mean * 100) / 100,
  };
}
