import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Real mail beside the project; absent on most machines, and none of it is copied here. */

const SHARED = join(__dirname, '../../../shared');

export interface RealMail {
  name: string;
  raw: Buffer;
}

export const isSharedThere = existsSync(join(SHARED, 'data/mail'));

/** What a test says that is skipped without the mails. */
export const absence = 'the mails of ../shared are not here';

/** The whole mails of the payload folders. */
export function payloadMails(): RealMail[] {
  return ['email-nasty', 'email-captured', 'email-replies'].flatMap((folder) =>
    readdirSync(join(SHARED, 'payloads', folder))
      .filter((name) => name.endsWith('.eml'))
      .sort()
      .map((name) => ({
        name: `${folder}/${name}`,
        raw: readFileSync(join(SHARED, 'payloads', folder, name)),
      })),
  );
}

/** The 2,750 mails of the SpamAssassin corpus, each character of theirs one byte. */
export function archiveMails(): RealMail[] {
  return ['easy-ham-1', 'hard-ham-1'].flatMap((group) =>
    gunzipSync(readFileSync(join(SHARED, 'data/mail', `${group}.jsonl.gz`)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { id, text } = JSON.parse(line) as { id: string; text: string };
        return { name: `${group}/${id}`, raw: Buffer.from(text, 'utf8') };
      }),
  );
}
