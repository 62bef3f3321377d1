import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const PREFIX = 'whsec_';
const BYTES = { made: 32, fewest: 24, most: 64 };

/** A new secret, in the form of the Standard Webhooks specification. */
export function newSigningSecret(): string {
  return `${PREFIX}${randomBytes(BYTES.made).toString('base64')}`;
}

/** A secret that the caller brings along. */
export const signingSecret = z.string().refine(isSigningSecret, {
  message: `Must be ${PREFIX} followed by ${BYTES.fewest} to ${BYTES.most} random bytes in base64.`,
});

function isSigningSecret(text: string): boolean {
  const encoded = text.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  return (
    text.startsWith(PREFIX) &&
    // the decoder skips what it does not know
    bytes.toString('base64') === encoded &&
    bytes.length >= BYTES.fewest &&
    bytes.length <= BYTES.most
  );
}
