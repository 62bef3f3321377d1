/** The keys that stored secrets are encrypted with. */
export interface SecretKeyConfig {
  /** For everything that is encrypted from now on; absent: the key file in the data directory. */
  key?: Buffer;
  /** Earlier keys, for reading only. */
  previous: readonly Buffer[];
}

const KEY_BYTES = 32;

/**
 * Reads a key of 32 bytes, as base64 or in hexadecimal.
 * @throws Error whose message says what is wrong with it, without quoting it.
 */
export function parseSecretKey(text: string): Buffer {
  const key = /^[\da-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : /^[\w+/-]{43}=?$/.test(text)
      ? Buffer.from(text, 'base64')
      : null;
  if (key?.length === KEY_BYTES) return key;
  throw new Error(
    'must be 32 random bytes as base64 or in hexadecimal, such as `openssl rand -base64 32` writes',
  );
}
