import type { Actor } from '../../auth/actor';
import type { Author } from '../ingest/item';
import { DomainError, ErrorCode } from '../kit/errors';

/** Who writes a message that goes out. */
export interface Writer {
  author: Author;
  /** Whether a machine passes on what a person wrote, whose name it gives. */
  isForPerson: boolean;
}

/**
 * A user writes under their own name; a machine under its own, or for a person whom it names: people
 * of a CRM write through its key, and what they write is no automatic mail.
 * @throws DomainError for a user who gives another name.
 */
export function writerOf(actor: Actor, authorName: string | null): Writer {
  if (actor.kind !== 'USER') {
    return { author: { name: authorName ?? actor.name }, isForPerson: authorName !== null };
  }
  if (authorName === null) return { author: { userId: actor.id }, isForPerson: false };
  const message = 'Users write under their own names: leave this out.';
  throw new DomainError(ErrorCode.INVALID_INPUT, message, ['input', 'authorName']);
}
