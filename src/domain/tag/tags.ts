import { z } from 'zod';
import { bulkColumns, bulkInsert } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import type { ConversationFacts, NewEvent } from '../../events/registry';
import { changeOf, factsOf } from '../conversation/facts';
import { lockConversation } from '../conversation/lock-conversation';
import { lockCustomer } from '../customer/find-customer';
import { defineCommand, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { newId, parseGlobalId } from '../kit/ids';
import { line } from '../kit/input';

const input = z.object({
  id: z.string(),
  input: z.object({ name: line(50) }),
});

/** Most tags of one conversation or customer. */
export const MOST_TAGS = 50;

/** What can carry tags. */
type Target =
  { kind: 'conversation'; id: string; facts: ConversationFacts } | { kind: 'customer'; id: string };

type Result = { conversationId: string | null; customerId: string | null; tagId: string | null };

/** Puts a tag on a conversation or customer; a new name becomes a new tag of the workspace. */
export const addTag = defineCommand({
  name: 'tagAdd',
  input,
  async run(work, { id, input: { name } }) {
    const target = await lockTarget(work, id);
    const tagId = await findOrMakeTag(work, name);
    await refuseOneMore(work, target, tagId);
    const { session, actor, now } = work;
    const column = `${target.kind}_id`;
    const columns = bulkColumns([target], {
      workspace_id: ['uuid', () => actor.workspaceId],
      [column]: ['uuid', () => target.id],
      tag_id: ['uuid', () => tagId],
      created_at: ['timestamptz', () => now],
    });
    const added = await queryObjects(
      session,
      sql`${bulkInsert(`${target.kind}_tag`, columns)} on conflict do nothing returning tag_id`,
    );
    const events = added.length > 0 ? [tagEvent(target, tagId, 'tagged')] : [];
    return { result: resultOf(target, tagId), events };
  },
});

/** Takes a tag off; taking off what is not there changes nothing. */
export const removeTag = defineCommand({
  name: 'tagRemove',
  input,
  async run(work, { id, input: { name } }) {
    const target = await lockTarget(work, id);
    const { session, actor } = work;
    const removed = await queryObjects<{ tagId: string }>(
      session,
      sql`delete from ${raw(`${target.kind}_tag`)} t using tag g
          where t.workspace_id = ${actor.workspaceId} and t.${raw(`${target.kind}_id`)} = ${target.id}
            and g.workspace_id = t.workspace_id and g.id = t.tag_id and g.name_key = ${name.toLowerCase()}
          returning t.tag_id "tagId"`,
    );
    const tagId = removed[0]?.tagId ?? null;
    return {
      result: resultOf(target, tagId),
      events: tagId ? [tagEvent(target, tagId, 'untagged')] : [],
    };
  },
});

async function lockTarget(work: Work, globalId: string): Promise<Target> {
  const parsed = parseGlobalId(globalId);
  if (parsed?.kind === 'Conversation') {
    const conversation = await lockConversation(work, parsed.uuid);
    return { kind: 'conversation', id: conversation.id, facts: await factsOf(work, conversation) };
  }
  const id = parsed?.kind === 'Customer' ? await lockCustomer(work, { id: parsed.uuid }) : null;
  if (!id) throw notFound('conversation or customer', ['id']);
  return { kind: 'customer', id };
}

async function findOrMakeTag({ session, actor, now }: Work, name: string): Promise<string> {
  const [tag] = await queryObjects<{ id: string }>(
    session,
    sql`insert into tag (workspace_id, id, name, name_key, created_at)
        values (${actor.workspaceId}, ${newId()}, ${name}, ${name.toLowerCase()}, ${now})
        on conflict (workspace_id, name_key) do update set name_key = excluded.name_key
        returning id`,
  );
  return tag!.id;
}

async function refuseOneMore({ session, actor }: Work, target: Target, tagId: string) {
  const [tags] = await queryObjects<{ others: string }>(
    session,
    sql`select count(*) others from ${raw(`${target.kind}_tag`)} t
        where t.workspace_id = ${actor.workspaceId} and t.${raw(`${target.kind}_id`)} = ${target.id}
          and t.tag_id <> ${tagId}`,
  );
  if (Number(tags!.others) < MOST_TAGS) return;
  const message = `A ${target.kind} has at most ${MOST_TAGS} tags: take one off first.`;
  throw new DomainError(ErrorCode.INVALID_STATE, message, ['input', 'name']);
}

function tagEvent(target: Target, tagId: string, change: 'tagged' | 'untagged'): NewEvent {
  if (target.kind === 'customer') {
    return { type: `customer.${change}`, subjectId: target.id, data: { tagId } };
  }
  const before = target.facts.tagIds;
  const others = before.filter((id) => id !== tagId);
  const tagIds = change === 'tagged' ? [...others, tagId].sort() : others;
  const data = { ...changeOf(target.facts, { tagIds }), tagId };
  return { type: `conversation.${change}`, subjectId: target.id, data };
}

function resultOf(target: Target, tagId: string | null): Result {
  return {
    conversationId: target.kind === 'conversation' ? target.id : null,
    customerId: target.kind === 'customer' ? target.id : null,
    tagId,
  };
}
