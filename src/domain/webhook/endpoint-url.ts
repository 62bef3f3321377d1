import { z } from 'zod';
import { OutgoingRefused, type OutgoingGuard } from '../../outgoing/guard';
import { DomainError, ErrorCode } from '../kit/errors';

const LONGEST_URL = 2_000;

/** Spaces and what no browser shows: the URL parser would drop some of it without a word. */
const INVISIBLE = /[\s\p{Cc}\p{Cf}]/u;

/** The URL of a receiver, as the URL parser writes it. */
export const endpointUrl = z
  .string()
  .max(LONGEST_URL, `Must be at most ${LONGEST_URL} characters.`)
  .transform((text, context) => {
    const problem = problemOf(text);
    if (problem === null) return withoutFragment(text);
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

function problemOf(text: string): string | null {
  if (INVISIBLE.test(text) || !text.isWellFormed() || !URL.canParse(text)) {
    return 'Must be a URL, such as https://example.com/webhooks.';
  }
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'Must begin with https://.';
  if (username !== '' || password !== '') {
    return 'Must not hold a user or a password: receivers check the signature instead.';
  }
  if (withoutFragment(text).length > LONGEST_URL) {
    return `Must be at most ${LONGEST_URL} characters when it is percent-encoded.`;
  }
  return null;
}

/** A fragment is never sent. */
function withoutFragment(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

/**
 * Why Parley must not send to a URL that was entered; null for one that is fine, and for one that is
 * no URL, which the command tells by itself. It asks name servers, so it comes before the transaction.
 */
export async function refusalOf(
  guard: OutgoingGuard,
  url: string | null | undefined,
): Promise<DomainError | null> {
  const parsed = endpointUrl.safeParse(url);
  if (!parsed.success) return null;
  try {
    await guard.check(new URL(parsed.data));
    return null;
  } catch (error) {
    if (!(error instanceof OutgoingRefused)) throw error;
    return new DomainError(ErrorCode.INVALID_INPUT, error.message, ['input', 'url']);
  }
}
