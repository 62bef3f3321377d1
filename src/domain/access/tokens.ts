import { createHash, randomBytes } from 'node:crypto';

/** A new API token: 256 random bits behind a prefix that secret scanners can look for. */
export function newToken(): string {
  return `parley_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a token. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
