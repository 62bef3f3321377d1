import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import { Message } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { changeOf, factsOf } from '../conversation/facts';
import { lockConversation } from '../conversation/lock-conversation';
import { answerAnew, resummarise } from '../ingest/retime';
import type { Work } from '../kit/command';
import type { LockedMessage } from './lock-message';

/** What hangs from a message and goes on with ours, where ours has not got the same already. */
const moving: readonly [table: string, key: string][] = [
  ['attachment', 'id'],
  ['message_action', 'id'],
  ['message_revision', 'id'],
  ['message_reaction', 'actor_key, reaction'],
];

/**
 * An echo that could not be told from a message of somebody else's has become a message of its own;
 * now that the platform's id of ours is known, the two are made one. Ours stays, what hangs from the
 * other goes on with it, and the other is gone, as if it had never been taken in.
 * @returns the events of that; none where no other message has the id.
 */
export async function mergeDouble(
  work: Work,
  { message, conversation }: LockedMessage,
  externalId: string,
): Promise<NewEvent[]> {
  const { manager, session, actor } = work;
  const { workspaceId } = actor;
  const { id, channelId } = message;
  const double = await manager.findOne(Message, {
    where: { workspaceId, channelId, externalId },
    lock: { mode: 'pessimistic_write' },
  });
  if (!double || double.id === id) return [];
  await moveWhatHangs(work, double.id, id);
  const answered = await queryObjects<{ id: string }>(
    session,
    sql`update message set response_id = null, responded_at = null
        where workspace_id = ${workspaceId} and conversation_id = ${double.conversationId}
          and direction = 'INBOUND' and response_id = ${double.id} returning id`,
  );
  const home =
    double.conversationId === conversation.id
      ? conversation
      : await lockConversation(work, double.conversationId);
  const facts = await factsOf(work, home);
  await remove(work, double);
  await answerAnew(
    work,
    home,
    answered.map((row) => row.id),
  );
  const change = changeOf(facts, await resummarise(work, home));
  const data = { ...change, conversationId: home.id };
  return [{ type: 'message.deleted', subjectId: double.id, data }];
}

async function moveWhatHangs(
  { session, actor: { workspaceId } }: Work,
  from: string,
  to: string,
): Promise<void> {
  const of = sql`t.workspace_id = ${workspaceId} and t.message_id = ${from}`;
  for (const [table, key] of moving) {
    await queryObjects(
      session,
      sql`update ${raw(table)} t set message_id = ${to} where ${of} and not exists (
            select from ${raw(table)} o where o.workspace_id = ${workspaceId}
              and o.message_id = ${to}
              and (${raw(columnsOf('o', key))}) = (${raw(columnsOf('t', key))}))`,
    );
    await queryObjects(session, sql`delete from ${raw(table)} t where ${of}`);
  }
  await queryObjects(
    session,
    sql`update message set reply_to_id = ${to}
        where workspace_id = ${workspaceId} and reply_to_id = ${from}`,
  );
}

async function remove(
  { session, actor: { workspaceId } }: Work,
  { id, conversationId }: Message,
): Promise<void> {
  await queryObjects(
    session,
    sql`delete from touchpoint where workspace_id = ${workspaceId} and message_id = ${id}`,
  );
  await queryObjects(
    session,
    sql`update conversation set message_count = message_count - 1,
          last_message_id = nullif(last_message_id, ${id})
        where workspace_id = ${workspaceId} and id = ${conversationId}`,
  );
  await queryObjects(
    session,
    sql`delete from message where workspace_id = ${workspaceId} and id = ${id}`,
  );
}

function columnsOf(alias: string, names: string): string {
  return names
    .split(', ')
    .map((name) => `${alias}.${name}`)
    .join(', ');
}
