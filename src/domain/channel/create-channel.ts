import { z } from 'zod';
import { Channel } from '../../entities';
import { defineCommand } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { newId } from '../kit/ids';
import { line, optional } from '../kit/input';
import { ChannelKind } from './kinds';

/** Makes a channel whose transport is the caller's own: it records messages with `messageRecord`. */
export const createChannel = defineCommand({
  name: 'channelCreate',
  input: z.object({
    input: z.object({
      kind: z.enum(ChannelKind),
      name: line(200),
      externalId: line(500),
      identityScope: optional(line(500)),
      visibility: z.enum(['PUBLIC', 'PRIVATE']),
    }),
  }),
  async run({ manager, actor, now }, { input }) {
    const { workspaceId } = actor;
    if (actor.channelIds !== null) {
      const message = 'You are limited to some channels, so you can’t make new ones.';
      throw new DomainError(ErrorCode.FORBIDDEN, message);
    }
    const { kind, externalId } = input;
    if (await manager.existsBy(Channel, { workspaceId, kind, externalId })) {
      const message = `There is already a ${kind} channel with this externalId.`;
      throw new DomainError(ErrorCode.CONFLICT, message, ['input', 'externalId']);
    }
    const channelId = newId();
    await manager.insert(Channel, {
      workspaceId,
      id: channelId,
      kind,
      name: input.name,
      externalId,
      identityScope: input.identityScope ?? '',
      visibility: input.visibility,
      createdAt: now,
      updatedAt: now,
    });
    return {
      result: { channelId },
      events: [{ type: 'channel.created', subjectId: channelId, data: { kind } }],
      audit: { subject: channelId, detail: { kind } },
    };
  },
});
