import type { ConversationFacts } from '../../events/registry';
import type { TimeRange } from '../kit/filter';
import { uuidOf, type IdKind } from '../kit/ids';
import type { ConversationFilter } from './filter';

/** What a filter asks that a conversation's facts don't tell by themselves. */
export interface Lookups {
  /** Whether a tag has one of these names, in lower case. */
  hasName: (tagId: string, names: ReadonlySet<string>) => boolean;
  /** Whether the conversation is found by these words; null: that can't be told for this moment. */
  isFound: (words: string) => boolean | null;
}

/** Whether a conversation with these facts matches; null: that can't be told. */
export type FactsMatcher = (facts: ConversationFacts, lookups: Lookups) => boolean | null;

/**
 * A filter of conversations as a function of their facts: the same answer as the condition in SQL
 * (see filter.ts, which also checks the filter), without a query.
 */
export function compileFactsMatcher(filter: ConversationFilter | null | undefined): FactsMatcher {
  if (!filter) return () => true;
  const { and, or, not } = filter;
  const own = compileOwn(filter);
  const all = and?.map(compileFactsMatcher) ?? [];
  const any = or?.map(compileFactsMatcher);
  const none = not ? compileFactsMatcher(not) : null;
  return (facts, lookups) =>
    every([
      ...[...own, ...all].map((matcher) => matcher(facts, lookups)),
      ...(any ? [some(any.map((matcher) => matcher(facts, lookups)))] : []),
      ...(none ? [opposite(none(facts, lookups))] : []),
    ]);
}

/** The conditions of one level. */
function compileOwn(filter: ConversationFilter): FactsMatcher[] {
  const { status, visibility, assigneeId, unassigned, customerId, search } = filter;
  const matchers: FactsMatcher[] = [];
  if (status) matchers.push((facts) => facts.status === status);
  if (visibility) matchers.push((facts) => facts.visibility === visibility);
  if (filter.channelIds) {
    const ids = new Set(filter.channelIds.map((id) => uuidOf('Channel', id)));
    matchers.push((facts) => ids.has(facts.channelId));
  }
  if (assigneeId != null) matchers.push(names('User', assigneeId, 'assigneeId'));
  if (unassigned != null) matchers.push((facts) => (facts.assigneeId === null) === unassigned);
  if (customerId != null) matchers.push(names('Customer', customerId, 'customerId'));
  if (filter.tags) {
    const wanted = new Set(filter.tags.map((tag) => tag.toLowerCase()));
    matchers.push(({ tagIds }, { hasName }) => tagIds.some((id) => hasName(id, wanted)));
  }
  matchers.push(...within('startedAt', filter.startedAt));
  matchers.push(...within('lastMessageAt', filter.lastMessageAt));
  if (search != null) matchers.push((_facts, { isFound }) => isFound(search.trim()));
  return matchers;
}

function names(kind: IdKind, id: string, fact: 'assigneeId' | 'customerId'): FactsMatcher {
  const uuid = uuidOf(kind, id);
  return (facts) => uuid !== null && facts[fact] === uuid;
}

function within(
  fact: 'startedAt' | 'lastMessageAt',
  range: TimeRange | null | undefined,
): FactsMatcher[] {
  const { from, to } = range ?? {};
  return [
    ...(from ? [(facts: ConversationFacts) => Date.parse(facts[fact]) >= from.getTime()] : []),
    ...(to ? [(facts: ConversationFacts) => Date.parse(facts[fact]) < to.getTime()] : []),
  ];
}

function every(answers: readonly (boolean | null)[]): boolean | null {
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

function some(answers: readonly (boolean | null)[]): boolean | null {
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

function opposite(answer: boolean | null): boolean | null {
  return answer === null ? null : !answer;
}

/** Everything that a filter names at any level, for what has to be looked up. */
export function partsOf(filter: ConversationFilter | null | undefined): ConversationFilter[] {
  if (!filter) return [];
  const { and, or, not } = filter;
  return [filter, ...[...(and ?? []), ...(or ?? []), not].flatMap(partsOf)];
}
