import type { Read } from '../../db/row-shape';
import type { Conversation } from '../../entities';
import { lockConversation } from '../conversation/lock-conversation';
import type { Work } from '../kit/command';
import { notFound } from '../kit/errors';
import { uuidOf } from '../kit/ids';
import type { RequestContext } from '../kit/request-context';

/** The customer's own conversation, locked; refused with NOT_FOUND like one that there is not. */
export async function lockOwn(work: Work, id: string): Promise<Conversation> {
  const path = ['conversationId'];
  const conversation = await lockConversation(work, id, path);
  if (conversation.customerId !== work.actor.id) throw notFound('conversation', path);
  return conversation;
}

/** The customer's own conversation by its id, `cnv_…`; null for any other. */
export async function findOwn(
  { loaders, actor }: RequestContext,
  id: string,
): Promise<Read<Conversation> | null> {
  const conversation = await loaders.byId('Conversation', uuidOf('Conversation', id));
  return conversation?.customerId === actor.id ? conversation : null;
}
