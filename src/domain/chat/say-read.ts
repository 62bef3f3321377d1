import { z } from 'zod';
import { Channel } from '../../entities';
import { applyItems } from '../inbound/apply-items';
import { defineCommand, type Outcome } from '../kit/command';
import { id } from '../kit/input';
import { lockOwn } from './own-conversation';

/** Says that the customer has read all that is in a conversation of theirs. */
export const sayRead = defineCommand({
  name: 'chatRead',
  input: z.object({ conversationId: id('Conversation') }),
  async run(work, { conversationId }): Promise<Outcome<{ conversationId: string }>> {
    const { channelId, threadKey } = await lockOwn(work, conversationId);
    const { workspaceId } = work.actor;
    const channel = await work.manager.findOneByOrFail(Channel, { workspaceId, id: channelId });
    const about = { threadKey };
    const events = await applyItems(work, channel, [
      { type: 'receipt', status: 'READ', at: work.now, about },
    ]);
    return { result: { conversationId }, events };
  },
});
