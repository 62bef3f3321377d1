import { z } from 'zod';
import { Conversation, User } from '../../entities';
import { defineCommand } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id } from '../kit/input';
import { changeOf, factsOf } from './facts';
import { lockConversation } from './lock-conversation';

/** Gives a conversation to a user who sees its channel, or to nobody. */
export const assignConversation = defineCommand({
  name: 'conversationAssign',
  input: z.object({
    id: id('Conversation'),
    input: z.object({ assigneeId: id('User').nullable() }),
  }),
  async run(work, { id: conversationId, input: { assigneeId } }) {
    const { manager, actor, now } = work;
    const { workspaceId } = actor;
    const conversation = await lockConversation(work, conversationId);
    const { channelId } = conversation;
    if (conversation.assigneeId === assigneeId) return { result: { conversationId } };
    if (assigneeId) {
      const path = ['input', 'assigneeId'];
      const assignee = await manager.findOneBy(User, { workspaceId, id: assigneeId });
      if (!assignee || assignee.status === 'DISABLED') throw notFound('user', path);
      if (assignee.channelIds && !assignee.channelIds.includes(channelId)) {
        const message = 'This user does not see the channel of this conversation.';
        throw new DomainError(ErrorCode.INVALID_STATE, message, path);
      }
    }
    const changes = { assigneeId, updatedAt: now };
    await manager.update(Conversation, { workspaceId, id: conversationId }, changes);
    const change = changeOf(await factsOf(work, conversation), { assigneeId });
    const data = { ...change, assigneeId };
    return {
      result: { conversationId },
      events: [{ type: 'conversation.assigned', subjectId: conversationId, data }],
    };
  },
});
