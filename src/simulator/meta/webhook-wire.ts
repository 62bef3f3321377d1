import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Hook } from '../hooks';
import type { Random } from '../random';

/** Meta's pauses grow; after about 36 hours it gives up. */
export const metaRetries: readonly number[] = [
  ...[10, 60, 300, 900, 3_600, 7_200, 14_400, 28_800, 28_800, 43_200],
];

/** Meta writes whatever is not ASCII as `\uXXXX`, and signs it like that. */
export function asMetaWrites(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The headers of a signed request. */
export function metaSignature({ body }: { body: Buffer }, { secret }: Hook) {
  const sign = (algorithm: string) => createHmac(algorithm, secret).update(body).digest('hex');
  return {
    'user-agent': 'facebookexternalua',
    'x-hub-signature': `sha1=${sign('sha1')}`,
    'x-hub-signature-256': `sha256=${sign('sha256')}`,
  };
}

/** Asks an address for its challenge; says what is wrong, or null. */
export async function metaHandshake(hook: Hook, random: Random): Promise<string | null> {
  const challenge = random.digits(10);
  const url = new URL(hook.url);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', hook.verifyToken ?? '');
  try {
    const { statusCode, body } = await request(url);
    const text = await body.text();
    if (statusCode === 200 && text === challenge) return null;
    return `it answered ${statusCode} instead of the challenge: is the verify token the channel's?`;
  } catch {
    return 'nothing answers there: is the server up?';
  }
}
