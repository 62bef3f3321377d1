import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Hook } from '../hooks';
import type { Random } from '../random';

/** As X writes it. */
export function signed(secret: string, text: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
}

/** Has the address sign a token, as X does when it is registered and now and then. */
export async function handshake({ url, secret }: Hook, random: Random): Promise<string | null> {
  const challenge = random.letters(24);
  const address = new URL(url);
  address.searchParams.set('crc_token', challenge);
  try {
    const { statusCode, body } = await request(address, { signal: AbortSignal.timeout(10_000) });
    const text = await body.text();
    if (statusCode !== 200) return `the challenge was answered by ${statusCode}`;
    const { response_token: given } = JSON.parse(text) as { response_token?: string };
    return given === signed(secret, challenge) ? null : 'the challenge was answered wrongly';
  } catch (error) {
    return `the challenge was not answered: ${(error as Error).message}`;
  }
}
