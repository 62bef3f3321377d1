import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The 2,750 mails of the SpamAssassin corpus, beside the project; none of them is copied here. */
const FOLDER = join(__dirname, '..', '..', '..', '..', 'shared', 'data', 'mail');

export const isArchiveThere = existsSync(FOLDER);

/** Real mails as they came, in the archive's order. */
export function readArchive(most: number): Buffer[] {
  const mails = ['easy-ham-1', 'hard-ham-1'].flatMap((group) =>
    gunzipSync(readFileSync(join(FOLDER, `${group}.jsonl.gz`)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => Buffer.from((JSON.parse(line) as { text: string }).text, 'utf8')),
  );
  return mails.slice(0, most);
}

/** Names the mails that were measured with. */
export function digestOf(mails: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const mail of mails) hash.update(mail);
  return hash.digest('hex').slice(0, 16);
}
