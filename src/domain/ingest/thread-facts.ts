import type { FormAnswer } from '../../entities/conversation';
import { newest, oldest, type FactTimes } from './facts';
import type { InboundItem } from './item';

/** What messages tell of their conversation beside what they say. */
export interface ToldFacts {
  subject: string | null;
  /** UUID. */
  postId: string | null;
  answers: readonly FormAnswer[] | null;
  platform: Readonly<Record<string, unknown>>;
  factTimes: FactTimes;
}

const PLATFORM = 'platform.';

/**
 * Adds what a message tells: subject and answers are those of the earliest message that has any, of
 * the platform's facts the newest counts.
 */
export function tellFacts(
  thread: ToldFacts & { startedAt: Date; isNew: boolean },
  item: InboundItem,
): void {
  thread.postId ??= item.postId ?? null;
  const { subject, answers, conversationPlatform, sentAt } = item;
  if (subject || answers?.length) {
    // of what was told before times were kept
    const since: FactTimes = thread.isNew ? {} : { subject: thread.startedAt.getTime() };
    const known = {
      facts: { subject: thread.subject, answers: thread.answers },
      times: thread.subject === null ? thread.factTimes : { ...since, ...thread.factTimes },
    };
    const told = { subject: subject || null, answers: answers?.length ? answers : null };
    const { facts, times } = oldest(known, told, sentAt);
    thread.subject = facts.subject as string | null;
    thread.answers = facts.answers as readonly FormAnswer[] | null;
    thread.factTimes = times;
  }
  if (conversationPlatform) tellPlatformFacts(thread, conversationPlatform, sentAt);
}

/** Adds facts of the platform's, of which the newest count; gives whether that changes anything. */
export function tellPlatformFacts(
  thread: Pick<ToldFacts, 'platform' | 'factTimes'>,
  told: Readonly<Record<string, unknown>>,
  at: Date,
): boolean {
  const known = { facts: prefixed(thread.platform), times: thread.factTimes };
  const { facts, times } = newest(known, prefixed(told), at);
  if (times === thread.factTimes) return false;
  thread.platform = Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name.slice(PLATFORM.length), value]),
  );
  thread.factTimes = times;
  return true;
}

function prefixed(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`${PLATFORM}${name}`, value]),
  );
}
