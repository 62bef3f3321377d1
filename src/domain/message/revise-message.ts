import { Conversation, Message, MessageRevision } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { changeOf, factsOf } from '../conversation/facts';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';

/** What the platform says of a message's later life. */
export interface Revision {
  body: string;
  /** Provider's time of the edit that `body` comes from. */
  editedAt: Date | null;
  /** Provider's time of the deletion. */
  deletedAt: Date | null;
}

/**
 * Brings a message that is here already up to an edit or a deletion, and keeps what it said before.
 * News that is not newer than what is known changes nothing, so that repeated and reordered reports
 * come to the same state.
 */
export async function reviseMessage(
  work: Work,
  { messageId, conversationId }: { messageId: string; conversationId: string },
  revision: Revision,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  if (!revision.editedAt && !revision.deletedAt) return events;
  const { manager, actor } = work;
  const { workspaceId } = actor;
  // two reports at once: the later one has to see what the earlier one has done
  const conversation = await manager.findOneOrFail(Conversation, {
    where: { workspaceId, id: conversationId },
    lock: { mode: 'pessimistic_write' },
  });
  const message = await manager.findOneByOrFail(Message, { workspaceId, id: messageId });
  const data = { ...changeOf(await factsOf(work, conversation)), conversationId };
  const { editedAt, deletedAt, body } = revision;
  const isNewer = editedAt && (message.editedAt ?? message.sentAt) < editedAt;
  if (isNewer && !message.deletedAt) {
    if (body === message.body) {
      await manager.update(Message, keyOf(message), { editedAt });
    } else {
      await supersede(work, message, 'EDITED', editedAt, { body, editedAt });
      message.body = body;
      events.push({ type: 'message.edited', subjectId: messageId, occurredAt: editedAt, data });
    }
  }
  if (deletedAt && !message.deletedAt) {
    await supersede(work, message, 'DELETED', deletedAt, { body: '', deletedAt });
    events.push({ type: 'message.deleted', subjectId: messageId, occurredAt: deletedAt, data });
  }
  return events;
}

async function supersede(
  { manager, now }: Work,
  message: Message,
  kind: MessageRevision['kind'],
  occurredAt: Date,
  changes: Partial<Pick<Message, 'body' | 'editedAt' | 'deletedAt'>>,
): Promise<void> {
  await manager.insert(MessageRevision, {
    workspaceId: message.workspaceId,
    id: newId(),
    messageId: message.id,
    kind,
    previousBody: message.body,
    occurredAt,
    recordedAt: now,
  });
  await manager.update(Message, keyOf(message), changes);
}

function keyOf({ workspaceId, id }: Message) {
  return { workspaceId, id };
}
