import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { lockFacts } from '../conversation/lock-facts';
import type { Work } from '../kit/command';

/** Gives what a visitor said and did on a chat to the actor, who they turned out to be. */
export async function moveTalk(
  work: Work,
  channelId: string,
  from: string,
  events: NewEvent[],
): Promise<void> {
  await moveConversations(work, channelId, from, events);
  const { session, actor, now } = work;
  const { workspaceId, id: to } = actor;
  await queryObjects(
    session,
    sql`update touchpoint set customer_id = ${to}
        where workspace_id = ${workspaceId} and customer_id = ${from} and channel_id = ${channelId}`,
  );
  await queryObjects(
    session,
    sql`update upload set uploaded_by = ${{ kind: actor.kind, id: to }}
        where workspace_id = ${workspaceId}
          and uploaded_by = ${{ kind: actor.kind, id: from }}::jsonb`,
  );
  const tagged = await queryObjects<{ tagId: string }>(
    session,
    sql`insert into customer_tag (workspace_id, customer_id, tag_id, created_at)
        select workspace_id, ${to}, tag_id, ${now} from customer_tag
        where workspace_id = ${workspaceId} and customer_id = ${from}
        on conflict do nothing returning tag_id "tagId"`,
  );
  for (const data of tagged) events.push({ type: 'customer.tagged', subjectId: to, data });
  // what a visitor gave as their name is better than none
  const named = await queryObjects(
    session,
    sql`update customer c set name = v.name, updated_at = ${now} from customer v
        where c.workspace_id = ${workspaceId} and c.id = ${to} and c.name is null
          and v.workspace_id = ${workspaceId} and v.id = ${from} and v.name is not null
        returning c.id`,
  );
  if (named.length > 0) {
    events.push({ type: 'customer.updated', subjectId: to, data: { fields: ['name'] } });
  }
}

async function moveConversations(
  work: Work,
  channelId: string,
  from: string,
  events: NewEvent[],
): Promise<void> {
  const { session, actor, now } = work;
  const { workspaceId, id: to } = actor;
  const found = await queryObjects<{ id: string }>(
    session,
    sql`select id from conversation
        where workspace_id = ${workspaceId} and customer_id = ${from} and channel_id = ${channelId}`,
  );
  const ids = found.map(({ id }) => id);
  const facts = await lockFacts(work, ids);
  await queryObjects(
    session,
    sql`update conversation set customer_id = ${to}, updated_at = ${now}
        where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`,
  );
  await queryObjects(
    session,
    sql`update message set author_customer_id = ${to}
        where workspace_id = ${workspaceId} and conversation_id = any(${ids}::uuid[])
          and author_customer_id = ${from}`,
  );
  for (const [subjectId, { conversation, channelId: channel }] of facts) {
    const data = {
      ...{ channelId: channel, customerId: to, was: { customerId: from } },
      conversation: { ...conversation, customerId: to },
    };
    events.push({ type: 'conversation.customer_changed', subjectId, data });
  }
}
