import { z } from 'zod';
import { Channel } from '../../entities';
import { defineCommand, type Outcome } from '../kit/command';
import { id } from '../kit/input';
import { lockChannel, requireConnected } from './lock-channel';
import { noticeChannel } from './notice';

/** Has a channel rest, or take part again; nothing happens where it does already. */
const statusCommand = (
  name: string,
  status: 'ACTIVE' | 'PAUSED',
  type: 'channel.paused' | 'channel.resumed',
) =>
  defineCommand({
    name,
    input: z.object({ id: id('Channel') }),
    async run(work, { id: channelId }): Promise<Outcome<{ channelId: string }>> {
      const channel = await lockChannel(work, channelId);
      requireConnected(channel);
      if (channel.status === status) return { result: { channelId } };
      const { manager, actor, now } = work;
      const key = { workspaceId: actor.workspaceId, id: channelId };
      await manager.update(Channel, key, { status, updatedAt: now });
      await noticeChannel(work, channelId);
      return {
        result: { channelId },
        events: [{ type, subjectId: channelId, data: {} }],
        audit: { subject: channelId },
      };
    },
  });

export const pauseChannel = statusCommand('channelPause', 'PAUSED', 'channel.paused');

export const resumeChannel = statusCommand('channelResume', 'ACTIVE', 'channel.resumed');
