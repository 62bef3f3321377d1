import type { Trouble } from './trouble';
import type { Words } from './words/english';
import { fill } from './words/languages';

/** What people are told of a trouble. */
export function describe(
  { kind, message, retryAfter }: Pick<Trouble, 'kind' | 'message' | 'retryAfter'>,
  words: Words,
): string {
  switch (kind) {
    case 'UNREACHABLE':
      return words.unreachable;
    case 'SIGNED_OUT':
      return words.signIn;
    case 'REFUSED':
      return words.refused;
    case 'BUSY':
      return fill(words.busy, { n: retryAfter ?? 5 });
    case 'WRONG':
      return message;
    case 'BROKEN':
      return words.broken;
  }
}
