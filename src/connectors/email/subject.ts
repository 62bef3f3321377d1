import { onOneLine } from './addresses';

/** Longest subject that is kept. */
const LONGEST = 500;
/** What programs and gateways put before a subject, in the languages that are met most. */
const PREFIX =
  /^\s*(?:(?:re|fwd?|aw|wg|sv|vs|antw|odp|tr|rif|res|enc|ynt|ang|vb|doorst|fw)(?:\s*\[\d+\])?\s*[:：]|\[[^\][]{1,40}\])\s*/i;

/** A subject on one line, for people. */
export function subjectOf(subject: string | undefined): string | null {
  return (
    onOneLine((subject ?? '').slice(0, 4 * LONGEST))
      .slice(0, LONGEST)
      .toWellFormed() || null
  );
}

/** Whether a subject says that it is an answer. */
export function isAnswer(subject: string | null): boolean {
  return /^\s*(?:\[[^\][]{1,40}\]\s*)*(?:re|aw|sv|vs|antw|odp|rif|res|ynt)(?:\[\d+\])?\s*[:：]/i.test(
    subject ?? '',
  );
}

/**
 * What is alike in the subjects of one exchange. A suggestion for people, with the same sender and
 * nearby in time; never a reason to put a mail into a conversation.
 */
export function subjectKey(subject: string | null): string {
  let rest = subject ?? '';
  for (
    let shorter = rest.replace(PREFIX, '');
    shorter !== rest;
    shorter = rest.replace(PREFIX, '')
  ) {
    rest = shorter;
  }
  return rest.trim().toLowerCase();
}
