import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Hook } from '../hooks';
import type { Random } from '../random';

/** JSON as Meta writes it, with everything that is not ASCII escaped; that is what it signs. */
export function metaJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The signatures of a body: the one that counts, and the older one that still goes with it. */
export function signMeta({ body }: { body: Buffer }, { secret }: Hook): Record<string, string> {
  const hex = (algorithm: string) => createHmac(algorithm, secret).update(body).digest('hex');
  return {
    'content-type': 'application/json',
    'x-hub-signature': `sha1=${hex('sha1')}`,
    'x-hub-signature-256': `sha256=${hex('sha256')}`,
  };
}

/** Asks an address for the challenge; one for which no token was given is taken as it is. */
export async function shakeMetaHands(
  { url, verifyToken }: Hook,
  random: Random,
): Promise<string | null> {
  if (verifyToken === null) return null;
  const challenge = random.digits(10);
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.challenge', challenge);
  asked.searchParams.set('hub.verify_token', verifyToken);
  try {
    const { statusCode, body } = await request(asked);
    const text = await body.text();
    if (statusCode !== 200) return `it answered ${statusCode}`;
    return text === challenge ? null : 'it did not give the challenge back';
  } catch (error) {
    return String(error);
  }
}

/** Meta tries for a day and a half, less and less often. */
export const metaRetrySeconds = [10, 60, 600, 3_600, 7_200, 14_400, 28_800, 57_600];
