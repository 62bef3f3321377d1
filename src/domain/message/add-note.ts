import { z } from 'zod';
import { Message } from '../../entities';
import { defineCommand } from '../kit/command';
import { newId } from '../kit/ids';
import { id, prose } from '../kit/input';
import { changeOf, factsOf } from '../conversation/facts';
import { lockConversation } from '../conversation/lock-conversation';

/** Longest body of a message or note, in characters. */
export const LONGEST_BODY = 65_536;

/** Adds an internal note: customers never see it, and it counts in no metric. */
export const addNote = defineCommand({
  name: 'noteAdd',
  input: z.object({
    conversationId: id('Conversation'),
    input: z.object({ body: prose(LONGEST_BODY) }),
  }),
  async run(work, { conversationId, input: { body } }) {
    const { manager, actor, now } = work;
    const conversation = await lockConversation(work, conversationId, ['conversationId']);
    const { channelId } = conversation;
    const messageId = newId();
    const direction = 'NOTE';
    await manager.insert(Message, {
      workspaceId: actor.workspaceId,
      id: messageId,
      conversationId,
      channelId,
      direction,
      authorUserId: actor.kind === 'USER' ? actor.id : null,
      authorName: actor.kind === 'USER' ? null : actor.name,
      body,
      sentAt: now,
      receivedAt: now,
    });
    const change = changeOf(await factsOf(work, conversation));
    const data = { ...change, conversationId, direction } as const;
    return {
      result: { noteId: messageId, conversationId },
      events: [{ type: 'message.added', subjectId: messageId, data }],
    };
  },
});
