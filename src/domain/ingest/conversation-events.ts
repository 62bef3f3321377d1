import type { ConversationChange, ConversationFacts, NewEvent } from '../../events/registry';
import type { AddedMessage } from './messages';
import type { Reopened } from './summaries';
import { threadFacts, type Thread } from './threads';

/** What ingest has done to conversations, as events: made, opened again, a message added. */
export function conversationEvents(
  threads: readonly Thread[],
  reopened: readonly Reopened[],
  added: readonly AddedMessage[],
): NewEvent[] {
  const told = new Set<Thread>();
  // the first event of a conversation tells all that changed; those after it find it changed
  const tell = (thread: Thread): ConversationChange => {
    const conversation = threadFacts(thread);
    const was = told.has(thread) ? {} : changedSince(thread, conversation);
    told.add(thread);
    const { channelId, customerId } = conversation;
    return { channelId, customerId, conversation, was };
  };
  const created = threads
    .filter(({ isNew }) => isNew)
    .map((thread): NewEvent => {
      const { id: subjectId, startedAt: occurredAt } = thread;
      return { type: 'conversation.created', subjectId, occurredAt, data: tell(thread) };
    });
  const openAgain = reopened.map(({ thread, by }): NewEvent => {
    const { id: subjectId } = thread;
    const occurredAt = by.item.sentAt;
    return { type: 'conversation.reopened', subjectId, occurredAt, data: tell(thread) };
  });
  const messages = added.map(({ id: subjectId, item, thread }): NewEvent => {
    const { sentAt: occurredAt, direction } = item;
    const data = { ...tell(thread), conversationId: thread.id, direction };
    return { type: 'message.added', subjectId, occurredAt, data };
  });
  return [...created, ...openAgain, ...messages];
}

function changedSince(
  { isNew, before }: Thread,
  after: ConversationFacts,
): Partial<ConversationFacts> | null {
  if (isNew) return null;
  const facts = Object.keys(before) as (keyof ConversationFacts)[];
  const changed = facts.filter((fact) => fact !== 'tagIds' && before[fact] !== after[fact]);
  return Object.fromEntries(changed.map((fact) => [fact, before[fact]]));
}
