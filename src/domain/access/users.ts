import { z } from 'zod';
import { rolePermissions } from '../../auth/permissions';
import { User } from '../../entities';
import { requireChannels } from '../channel/visible-channels';
import { defineCommand } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { newId } from '../kit/ids';
import { email, line, optional } from '../kit/input';
import { channelLimit } from './api-keys';

const roles = ['OWNER', 'ADMIN', 'SUPERVISOR', 'AGENT', 'ANALYST'] as const;

/** Lets a person in: whoever first signs in with this verified e-mail address becomes the user. */
export const inviteUser = defineCommand({
  name: 'userInvite',
  input: z.object({
    input: z.object({
      email,
      name: optional(line(200)),
      role: z.enum(roles),
      channelIds: channelLimit,
    }),
  }),
  async run(work, { input }) {
    const { manager, actor, now } = work;
    const granted = [...rolePermissions[input.role]];
    if (!granted.every((permission) => actor.permissions.has(permission))) {
      const message = `You can't give the role ${input.role}: it may do more than you may.`;
      throw new DomainError(ErrorCode.FORBIDDEN, message, ['input', 'role']);
    }
    const { workspaceId } = actor;
    if (await manager.existsBy(User, { workspaceId, email: input.email })) {
      const message = 'There is already a user with this e-mail address.';
      throw new DomainError(ErrorCode.CONFLICT, message, ['input', 'email']);
    }
    const channelIds = await requireChannels(work, input.channelIds, ['input', 'channelIds']);
    const userId = newId();
    await manager.insert(User, {
      workspaceId,
      id: userId,
      email: input.email,
      name: input.name,
      role: input.role,
      status: 'INVITED',
      channelIds,
      createdAt: now,
    });
    return {
      result: { userId },
      events: [{ type: 'user.invited', subjectId: userId, data: {} }],
      audit: { subject: userId, detail: { role: input.role, channelIds } },
    };
  },
});
