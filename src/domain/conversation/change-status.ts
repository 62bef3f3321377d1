import { z } from 'zod';
import { Conversation } from '../../entities';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { id } from '../kit/input';
import { changeOf, factsOf } from './facts';
import { lockConversation } from './lock-conversation';
import { nextStatus, type StatusChange } from './status';

const input = z.object({ id: id('Conversation') });

/** Closes a conversation; a closed one stays as it is. */
export const closeConversation = defineCommand({
  name: 'conversationClose',
  input,
  run: (work, args) => changeStatus(work, args.id, 'close'),
});

/** Opens a closed conversation again; an open one stays as it is. */
export const reopenConversation = defineCommand({
  name: 'conversationReopen',
  input,
  run: (work, args) => changeStatus(work, args.id, 'reopen'),
});

async function changeStatus(
  work: Work,
  conversationId: string,
  change: StatusChange,
): Promise<Outcome<{ conversationId: string }>> {
  const { manager, now } = work;
  const conversation = await lockConversation(work, conversationId);
  const { workspaceId, id: key } = conversation;
  const next = nextStatus(conversation.status, change);
  if (!next) return { result: { conversationId } };
  const closedAt = next === 'CLOSED' ? now : null;
  await manager.update(
    Conversation,
    { workspaceId, id: key },
    { status: next, closedAt, updatedAt: now },
  );
  const data = changeOf(await factsOf(work, conversation), { status: next });
  const type = next === 'CLOSED' ? 'conversation.closed' : 'conversation.reopened';
  return {
    result: { conversationId },
    events: [{ type, subjectId: conversationId, data }],
  };
}
