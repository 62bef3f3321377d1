import { seesChannel } from '../../auth/actor';
import { Channel } from '../../entities';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';

/** The channel that a command is about, locked until the end of its transaction. */
export async function lockChannel(
  { manager, actor }: Work,
  id: string,
  path: string[] = ['id'],
): Promise<Channel> {
  const channel = await manager.findOne(Channel, {
    where: { workspaceId: actor.workspaceId, id },
    lock: { mode: 'for_no_key_update' },
  });
  if (!channel || !seesChannel(actor, id)) throw notFound('channel', path);
  return channel;
}

/** Refuses what only a channel that takes part, or could, allows. */
export function requireConnected(
  { status }: Pick<Channel, 'status'>,
  path: string[] = ['id'],
): void {
  if (status !== 'DISCONNECTED') return;
  const message = 'The channel is disconnected: connect its account again.';
  throw new DomainError(ErrorCode.INVALID_STATE, message, path);
}

/** Refuses what needs a connector. */
export function withoutConnector(): DomainError {
  const message = 'No connector keeps this channel in step: its transport is your own.';
  return new DomainError(ErrorCode.INVALID_STATE, message, ['id']);
}
