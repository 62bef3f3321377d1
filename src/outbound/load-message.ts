import type {
  KnownMessage,
  OutboundAttachment,
  OutboundConversation,
  OutboundMessage,
} from '../connectors/kit/connector';
import type { MessageContent } from '../connectors/kit/item';
import { queryObjects, type Session } from '../db/sessions';
import { sql, type Sql } from '../db/sql';
import { globalId } from '../domain/kit/ids';
import type { Files } from '../files/files';
import type { Claimed } from './claim';

/** How many of the conversation's messages a connector is told. */
const HISTORY = 50;

interface Row {
  clientKey: string;
  body: string;
  content: MessageContent | null;
  externalId: string | null;
  replyToId: string | null;
  /** Whether what it answers is in another conversation. */
  isPrivateReply: boolean;
  receivedAt: Date;
  authorUserId: string | null;
  authorName: string | null;
  isForPerson: boolean;
  conversationId: string;
  threadKey: string;
  carrierId: string | null;
  visibility: 'PUBLIC' | 'PRIVATE';
  subject: string | null;
  platform: Record<string, unknown>;
  customer: OutboundConversation['customer'];
  lastInboundAt: Date | null;
}

/** A message as a connector gets it; null where it is not to be sent any longer. */
export async function loadMessage(
  session: Session,
  { workspaceId, messageId }: Claimed,
  files: Files,
): Promise<OutboundMessage | null> {
  const [row] = await queryObjects<Row & Record<string, unknown>>(
    session,
    sql`select m.client_key "clientKey", m.body, m.content, m.external_id "externalId",
          m.reply_to_id "replyToId", m.carrier_channel_id "carrierId", coalesce((
            select r.conversation_id <> m.conversation_id from message r
            where r.workspace_id = m.workspace_id and r.id = m.reply_to_id
          ), false) "isPrivateReply", m.received_at "receivedAt", m.author_user_id "authorUserId",
          m.is_for_person "isForPerson",
          coalesce(u.name, m.author_name) "authorName", c.id "conversationId",
          c.thread_key "threadKey", c.visibility, c.subject, c.platform,
          c.last_inbound_at "lastInboundAt", (
            select jsonb_build_object('externalId', i.external_id, 'handle', i.handle,
              'displayName', i.display_name, 'profile', i.profile)
            from customer_identity i
            where i.workspace_id = m.workspace_id and i.customer_id = c.customer_id
              and i.channel_kind = h.kind and i.scope = h.identity_scope
            order by i.is_alias, i.id limit 1
          ) customer
        from message m
        join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
        join channel h on h.workspace_id = m.workspace_id and h.id = m.channel_id
        left join app_user u on u.workspace_id = m.workspace_id and u.id = m.author_user_id
        where m.workspace_id = ${workspaceId} and m.id = ${messageId}
          and m.status = 'SENDING' and m.deleted_at is null`,
  );
  if (!row) return null;
  const history = await knownMessages(
    session,
    row.carrierId,
    sql`m.workspace_id = ${workspaceId} and m.conversation_id = ${row.conversationId}
        and m.id <> ${messageId}`,
  );
  const { threadKey, visibility, subject, platform, customer, lastInboundAt } = row;
  return {
    id: globalId('Message', messageId),
    clientKey: row.clientKey,
    body: row.body,
    content: row.content,
    attachments: await attachmentsOf(session, workspaceId, messageId, files),
    ...(row.isPrivateReply
      ? { replyTo: null, privateReplyTo: await publicMessage(session, workspaceId, row) }
      : { replyTo: await repliedTo(session, workspaceId, row, history), privateReplyTo: null }),
    isReplyNamed: row.replyToId !== null,
    queuedAt: row.receivedAt,
    isHuman: row.authorUserId !== null || row.isForPerson,
    authorName: row.authorName,
    plannedId: row.externalId,
    conversation: {
      id: globalId('Conversation', row.conversationId),
      ...{ threadKey, visibility, subject, platform, customer, lastInboundAt, history },
    },
  };
}

async function attachmentsOf(
  session: Session,
  workspaceId: string,
  messageId: string,
  files: Files,
): Promise<OutboundAttachment[]> {
  const rows = await queryObjects<{
    fileName: string | null;
    contentType: string | null;
    byteSize: string | null;
    storageKey: string;
  }>(
    session,
    sql`select file_name "fileName", content_type "contentType", byte_size "byteSize",
          storage_key "storageKey"
        from attachment where workspace_id = ${workspaceId} and message_id = ${messageId}
          and status = 'STORED' order by id`,
  );
  return rows.map(({ fileName, contentType, byteSize, storageKey }) => ({
    fileName: fileName ?? 'file',
    contentType: contentType ?? 'application/octet-stream',
    byteSize: Number(byteSize),
    read: () => files.readAll(storageKey),
  }));
}

/** The message that it names, or else the newest of the customer's. */
async function repliedTo(
  session: Session,
  workspaceId: string,
  { replyToId, conversationId, carrierId }: Row,
  history: readonly KnownMessage[],
): Promise<KnownMessage | null> {
  const newest = history.find(({ direction }) => direction === 'INBOUND');
  if (replyToId === null && newest) return newest;
  const which =
    replyToId === null
      ? sql`m.conversation_id = ${conversationId} and m.direction = 'INBOUND'`
      : sql`m.id = ${replyToId}`;
  const [found] = await knownMessages(
    session,
    carrierId,
    sql`m.workspace_id = ${workspaceId} and ${which}`,
    1,
  );
  return found ?? newest ?? null;
}

/** The public message that it answers in private; the platform says whether that is gone. */
async function publicMessage(
  session: Session,
  workspaceId: string,
  { replyToId }: Row,
): Promise<KnownMessage | null> {
  const [found] = await queryObjects<KnownMessage & Record<string, unknown>>(
    session,
    sql`select external_id "externalId", direction, body, sent_at "sentAt",
          coalesce(platform, '{}') platform
        from message where workspace_id = ${workspaceId} and id = ${replyToId}`,
  );
  return found ?? null;
}

/**
 * Messages that the platform knows, newest first.
 * @param carrierId the channel by which the conversation's messages go out; null where it is its own.
 */
function knownMessages(
  session: Session,
  carrierId: string | null,
  condition: Sql,
  most = HISTORY,
): Promise<KnownMessage[]> {
  return queryObjects<KnownMessage & Record<string, unknown>>(
    session,
    sql`select m.external_id "externalId", m.direction, m.body, m.sent_at "sentAt",
          coalesce(m.platform, '{}') platform,
          m.carrier_channel_id is distinct from ${carrierId}::uuid "isElsewhere"
        from message m
        where ${condition} and m.external_id is not null and m.direction <> 'NOTE'
          and m.deleted_at is null
          and (m.status is null or m.status in ('SENT', 'DELIVERED', 'READ'))
        order by m.sent_at desc, m.order_key desc, m.id desc limit ${most}`,
  );
}
