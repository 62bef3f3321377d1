import type { NewEvent } from '../../events/registry';
import { lockFacts } from '../conversation/lock-facts';
import type { Work } from '../kit/command';
import { keepHistories } from './keep-history';
import type { Revision } from './history';

/** A message that is here already. */
export interface KnownMessage {
  messageId: string;
  conversationId: string;
}

/**
 * Brings messages that are here already up to edits and deletions, and keeps what they said before.
 * Repeated and reordered reports come to the same state.
 */
export async function reviseMessages(
  work: Work,
  revisions: readonly (KnownMessage & Revision)[],
): Promise<NewEvent[]> {
  if (revisions.length === 0) return [];
  const places = new Map(revisions.map((it) => [it.messageId, it.conversationId]));
  // two reports at once: the later one has to see what the earlier one has done
  const changes = await lockFacts(work, [...places.values()]);
  const byMessage = new Map<string, Revision>();
  for (const { messageId, versions, deletedAt } of revisions) {
    const before = byMessage.get(messageId);
    byMessage.set(messageId, {
      versions: [...(before?.versions ?? []), ...versions],
      deletedAt:
        before?.deletedAt && (!deletedAt || before.deletedAt < deletedAt)
          ? before.deletedAt
          : deletedAt,
    });
  }
  const revised = await keepHistories(work, 'message', byMessage);
  return [...revised].flatMap(
    ([subjectId, { isEdited, isDeleted, newest, deletedAt }]): NewEvent[] => {
      const conversationId = places.get(subjectId)!;
      const data = { ...changes.get(conversationId)!, conversationId };
      // what is deleted says nothing any longer, whatever else is told of it
      const edited = isEdited && (isDeleted || !deletedAt);
      return [
        ...(edited
          ? [
              {
                type: 'message.edited',
                subjectId,
                occurredAt: newest?.at ?? work.now,
                data,
              } as const,
            ]
          : []),
        ...(isDeleted
          ? [{ type: 'message.deleted', subjectId, occurredAt: deletedAt!, data } as const]
          : []),
      ];
    },
  );
}
