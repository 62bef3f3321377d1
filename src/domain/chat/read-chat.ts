import type { OpenChannel } from '../../connections/open-channel';
import type { PageArgs } from '../../db/keyset';
import { sql } from '../../db/sql';
import { conversationOrders, conversations } from '../conversation/listing';
import { BadArgument } from '../kit/errors';
import { checkPage, readPage } from '../kit/paging';
import type { RequestContext } from '../kit/request-context';
import { attachmentOrder, attachments, messageOrders, messages } from '../message/listing';
import { chatSettings, openChat } from './chat-channel';
import { publicOnly } from './public-message';

/** What the GraphQL type Chat is resolved from. */
export async function readChat({ connections, actor }: RequestContext) {
  const open = await openChat(connections, actor.workspaceId, actor.channelIds![0]!);
  if (!open) throw new BadArgument(['chat'], 'is closed');
  return greetingOf(open);
}

/** What a chat says of itself to everybody on its pages. */
export function greetingOf(open: OpenChannel) {
  const { welcome, intake, allowAnonymous, files } = chatSettings(open);
  const questions = intake.map(({ key, label, kind, required, choices = [] }) => ({
    ...{ key, label, kind: kind.toUpperCase(), required, choices },
  }));
  const { name } = open.channel;
  return { name, welcome, questions, signInNeeded: !allowAnonymous, files };
}

/** The customer's conversations on the channel, the newest first. */
export function listOwnConversations({ reader, actor }: RequestContext, page: PageArgs) {
  return readPage(reader, conversations, checkPage(page, conversationOrders.LAST_MESSAGE_DESC), [
    sql`c.customer_id = ${actor.id}`,
    sql`c.channel_id = any(${actor.channelIds}::uuid[])`,
  ]);
}

/** The messages of a conversation of the customer's, the oldest first. */
export function listPublicMessages(
  { loaders }: RequestContext,
  conversationId: string,
  page: PageArgs,
) {
  const order = messageOrders.SENT_ASC;
  return loaders.pages.load(messages, 'conversation_id', conversationId, order, page, publicOnly);
}

/** The files of a message that are here. */
export async function listPublicFiles({ loaders }: RequestContext, messageId: string) {
  const first = { first: 100 };
  const page = await loaders.pages.load(
    ...([attachments, 'message_id', messageId, attachmentOrder, first] as const),
  );
  return page.nodes.filter(({ status }) => status === 'STORED');
}

/** The name of the team member who wrote a message; never their address. */
export async function publicAuthorName(
  { loaders }: RequestContext,
  authorUserId: string | null,
): Promise<string | null> {
  return (await loaders.byId('User', authorUserId))?.name ?? null;
}
