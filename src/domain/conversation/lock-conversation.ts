import { seesChannel } from '../../auth/actor';
import { Conversation } from '../../entities';
import type { Work } from '../kit/command';
import { notFound } from '../kit/errors';

/** The conversation, locked for change; refused with NOT_FOUND when the actor sees none of this id. */
export async function lockConversation(
  { manager, actor }: Work,
  id: string,
  path: readonly string[] = ['id'],
): Promise<Conversation> {
  const conversation = await manager.findOne(Conversation, {
    where: { workspaceId: actor.workspaceId, id },
    lock: { mode: 'pessimistic_write' },
  });
  if (!conversation || !seesChannel(actor, conversation.channelId)) {
    throw notFound('conversation', path);
  }
  return conversation;
}
