import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { twcsItems, type TwcsItem } from '../../src/cli/import/twcs/items';
import { planTwcsImport, type TwcsPlan } from '../../src/cli/import/twcs/plan';

export const HEADER =
  'tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id';
export const NOON = 'Tue Oct 31 12:00:00 +0000 2017';

const folder = mkdtempSync(join(tmpdir(), 'twcs-'));
let written = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file that is removed after the tests, and gives its path. */
export function writeFile(content: string | Buffer): string {
  written += 1;
  const path = join(folder, `${written}.csv`);
  writeFileSync(path, content);
  return path;
}

/** A made-up tweet; what is not said is unremarkable. */
export interface MadeUpTweet {
  id: number | string;
  /** A customer unless it is said to be a brand. */
  author?: string;
  brand?: boolean;
  /** Seconds after noon. */
  at?: number;
  text?: string;
  to?: number | string;
}

/** The line that the archive has for a tweet. */
export function line({ id, author, brand, at = 0, text = 'hello', to = '' }: MadeUpTweet): string {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) (\S+)/.exec(
    new Date(Date.UTC(2017, 9, 31, 12, 0, at)).toUTCString(),
  ) as RegExpExecArray;
  const writer = author ?? (brand === true ? 'Acme' : '1001');
  const flag = brand === true ? 'False' : 'True';
  const quoted = `"${text.replaceAll('"', '""')}"`;
  return `${id},${writer},${flag},Tue ${month} ${day} ${time} +0000 ${year},${quoted},,${to}`;
}

/** An archive file of tweets. */
export function writeTweets(tweets: readonly MadeUpTweet[]): string {
  return writeFile([HEADER, ...tweets.map(line), ''].join('\n'));
}

/** Both passes over a file. */
export async function importFile(path: string): Promise<{ plan: TwcsPlan; items: TwcsItem[] }> {
  const plan = await planTwcsImport(path);
  const items: TwcsItem[] = [];
  for await (const item of twcsItems(path, plan)) items.push(item);
  return { plan, items };
}

const sharedFolder = resolve(__dirname, '../../../shared/data/twcs');

/** Describes tests over a file of the archive that is kept beside the project, not in it. */
export function describeShared(file: string, title: string, tests: (path: string) => void): void {
  const path = join(sharedFolder, file);
  if (existsSync(path)) {
    describe(title, () => tests(path));
    return;
  }
  const reason = `skipped: ../shared/data/twcs/${file} is absent`;
  describe.skip(`${title} (${reason})`, () => tests(path));
}
