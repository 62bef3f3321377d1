import { z } from 'zod';
import { defineCommand, type Outcome } from '../kit/command';
import { id } from '../kit/input';
import { lockOwn } from './own-conversation';
import { authorOf, findWritten, writeMessage, written, type WrittenMessage } from './write-message';

/** Writes in a conversation of the customer's; one that was closed is opened again. */
export const sendChatMessage = defineCommand({
  name: 'chatMessageSend',
  input: z.object({ conversationId: id('Conversation'), input: z.object(written) }),
  async run(work, { conversationId, input }): Promise<Outcome<WrittenMessage>> {
    // in this order, as whoever takes conversations over
    const author = await authorOf(work);
    const { channelId, threadKey } = await lockOwn(work, conversationId);
    const known = await findWritten(work, channelId, input.clientKey);
    if (known) return { result: known };
    return writeMessage(work, author, input, { threadKey });
  },
});
