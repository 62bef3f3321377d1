import type { OutboundConversation, TargetMessage } from '../../connectors/kit/connector';
import { queryObjects, type Session } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import { globalId } from '../kit/ids';

type Person = OutboundConversation['customer'];

interface Row {
  externalId: string;
  direction: 'INBOUND' | 'OUTBOUND';
  body: string;
  sentAt: Date;
  platform: Record<string, unknown>;
  author: Person;
  conversationId: string;
  threadKey: string;
  visibility: 'PUBLIC' | 'PRIVATE';
  subject: string | null;
  conversationPlatform: Record<string, unknown>;
  customer: Person;
  lastInboundAt: Date | null;
}

/** A message that the platform knows as a connector gets it; null where there is none. */
export async function loadTarget(
  session: Session,
  workspaceId: string,
  messageId: string,
): Promise<TargetMessage | null> {
  const [row] = await queryObjects<Row & Record<string, unknown>>(
    session,
    sql`select m.external_id "externalId", m.direction, m.body, m.sent_at "sentAt",
          coalesce(m.platform, '{}') platform, ${person('m.author_customer_id')} author,
          c.id "conversationId", c.thread_key "threadKey", c.visibility, c.subject,
          c.platform "conversationPlatform", ${person('c.customer_id')} customer,
          c.last_inbound_at "lastInboundAt"
        from message m
        join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
        join channel h on h.workspace_id = m.workspace_id and h.id = m.channel_id
        where m.workspace_id = ${workspaceId} and m.id = ${messageId}
          and m.external_id is not null and m.direction <> 'NOTE'`,
  );
  if (!row) return null;
  const { externalId, direction, body, sentAt, platform, author } = row;
  const { threadKey, visibility, subject, customer, lastInboundAt } = row;
  return {
    ...{
      id: globalId('Message', messageId),
      externalId,
      direction,
      body,
      sentAt,
      platform,
      author,
    },
    conversation: {
      id: globalId('Conversation', row.conversationId),
      ...{ threadKey, visibility, subject, customer, lastInboundAt },
      platform: row.conversationPlatform,
    },
  };
}

/** A customer by their handle in the scope of the message's channel. */
function person(column: string) {
  return sql`(
    select jsonb_build_object('externalId', i.external_id, 'handle', i.handle,
      'displayName', i.display_name)
    from customer_identity i
    where i.workspace_id = m.workspace_id and i.customer_id = ${raw(column)}
      and i.channel_kind = h.kind and i.scope = h.identity_scope
    order by i.id limit 1
  )`;
}
