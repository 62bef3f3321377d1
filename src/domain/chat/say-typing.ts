import { z } from 'zod';
import { defineCommand } from '../kit/command';
import { id } from '../kit/input';
import { setPresence } from '../presence/set-presence';
import { lockOwn } from './own-conversation';

/** Says that the customer types in a conversation of theirs, or has stopped. */
export const sayTyping = defineCommand({
  name: 'chatTyping',
  input: z.object({ conversationId: id('Conversation'), isTyping: z.boolean() }),
  async run(work, { conversationId, isTyping }) {
    await lockOwn(work, conversationId);
    const activity = isTyping ? ('TYPING' as const) : null;
    return setPresence.run(work, {
      conversationId,
      input: { activity, lastsSeconds: null },
    });
  },
});
