import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import { Permission } from '../../auth/permissions';
import { ApiKey } from '../../entities';
import { requireChannels } from '../channel/visible-channels';
import { defineCommand, type Outcome } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { newId } from '../kit/ids';
import { id, instant, line, optional } from '../kit/input';
import { hashToken, newToken } from './tokens';

const MOST_CHANNELS = 500;

/** Channels that a key or user is limited to; null means all. */
export const channelLimit = optional(
  z.array(id('Channel')).max(MOST_CHANNELS, `Must be at most ${MOST_CHANNELS} channels.`),
);

/** Makes an API key. The token is in the result and nowhere else: only its hash is stored. */
export const createApiKey = defineCommand({
  name: 'apiKeyCreate',
  input: z.object({
    input: z.object({
      name: line(100),
      scopes: z.array(z.enum(Permission)).min(1, 'Must name at least one permission.').max(50),
      channelIds: channelLimit,
      expiresAt: optional(instant),
    }),
  }),
  async run(work, { input }): Promise<Outcome<{ apiKeyId: string; token: string | null }>> {
    const { manager, actor, now } = work;
    if (input.expiresAt && input.expiresAt <= now) {
      throw new DomainError(ErrorCode.INVALID_INPUT, 'Must be in the future.', [
        'input',
        'expiresAt',
      ]);
    }
    refuseEscalation(actor.permissions, input.scopes);
    const channelIds = await requireChannels(work, input.channelIds, ['input', 'channelIds']);
    const token = newToken();
    const keyId = newId();
    await manager.insert(ApiKey, {
      workspaceId: actor.workspaceId,
      id: keyId,
      name: input.name,
      tokenHash: hashToken(token),
      tokenHint: token.slice(-4),
      scopes: [...new Set(input.scopes)],
      channelIds,
      createdAt: now,
      expiresAt: input.expiresAt,
    });
    return {
      result: { apiKeyId: keyId, token },
      events: [{ type: 'api_key.created', subjectId: keyId, data: {} }],
      audit: { subject: keyId, detail: { scopes: input.scopes, channelIds } },
    };
  },
  storable: (result) => ({ ...result, token: null }),
});

/** Nobody gives what they don't have. */
function refuseEscalation(own: ReadonlySet<Permission>, wanted: readonly Permission[]): void {
  const missing = wanted.filter((permission) => !own.has(permission));
  if (missing.length === 0) return;
  throw new DomainError(
    ErrorCode.FORBIDDEN,
    `You can't give permissions that you don't have: ${missing.join(', ')}.`,
    ['input', 'scopes'],
  );
}

/** Ends an API key at once; ending it again changes nothing. */
export const revokeApiKey = defineCommand({
  name: 'apiKeyRevoke',
  input: z.object({ id: id('ApiKey') }),
  async run({ manager, actor, now }, { id: keyId }) {
    const path = ['id'];
    const key = await manager.findOne(ApiKey, {
      where: { workspaceId: actor.workspaceId, id: keyId },
      lock: { mode: 'pessimistic_write' },
    });
    if (!key) throw notFound('API key', path);
    if (actor.channelIds && !key.channelIds?.every((id) => seesChannel(actor, id))) {
      const message = 'This key sees channels that you don’t see, so you can’t end it.';
      throw new DomainError(ErrorCode.FORBIDDEN, message, path);
    }
    if (key.revokedAt) return { result: { apiKeyId: keyId } };
    await manager.update(ApiKey, { workspaceId: actor.workspaceId, id: keyId }, { revokedAt: now });
    return {
      result: { apiKeyId: keyId },
      events: [{ type: 'api_key.revoked', subjectId: keyId, data: {} }],
      audit: { subject: keyId },
    };
  },
});
