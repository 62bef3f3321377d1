import type { Visibility } from '../../entities/channel';
import type { ConversationStatus } from '../../entities/conversation';
import { raw, sql, type Sql } from '../../db/sql';
import {
  checkAlternatives,
  checkWords,
  checkSearch,
  compileFilter,
  within,
  type Combinable,
  type TimeRange,
} from '../kit/filter';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';

/** What conversations can be picked by; see the GraphQL type of the same name. */
export interface ConversationFilter extends Combinable<ConversationFilter> {
  status?: ConversationStatus | null;
  channelIds?: string[] | null;
  visibility?: Visibility | null;
  assigneeId?: string | null;
  unassigned?: boolean | null;
  tags?: string[] | null;
  customerId?: string | null;
  startedAt?: TimeRange | null;
  lastMessageAt?: TimeRange | null;
  search?: string | null;
}

/** The condition on conversation `c`. */
export function conversationConditions(
  filter: ConversationFilter | null | undefined,
  workspaceId: string,
): Sql[] {
  return compileFilter(filter, (part, path) => {
    const conditions: Sql[] = [];
    if (part.status) conditions.push(sql`c.status = ${part.status}`);
    if (part.visibility) conditions.push(sql`c.visibility = ${part.visibility}`);
    if (part.channelIds) {
      const ids = checkAlternatives(part.channelIds, [...path, 'channelIds']);
      const uuids = ids.map((id) => uuidOf('Channel', id) ?? NIL_UUID);
      conditions.push(sql`c.channel_id = any(${uuids}::uuid[])`);
    }
    if (part.assigneeId != null) {
      conditions.push(sql`c.assignee_id = ${uuidOf('User', part.assigneeId) ?? NIL_UUID}`);
    }
    if (part.unassigned != null) {
      conditions.push(sql`c.assignee_id is ${raw(part.unassigned ? 'null' : 'not null')}`);
    }
    if (part.customerId != null) {
      conditions.push(sql`c.customer_id = ${uuidOf('Customer', part.customerId) ?? NIL_UUID}`);
    }
    if (part.tags) {
      const names = checkWords(part.tags, [...path, 'tags']).map((tag) => tag.toLowerCase());
      conditions.push(sql`exists (
        select from conversation_tag t join tag g on g.workspace_id = t.workspace_id and g.id = t.tag_id
        where t.workspace_id = ${workspaceId} and t.conversation_id = c.id
          and g.name_key = any(${names}::text[]))`);
    }
    conditions.push(
      ...within(sql`c.started_at`, part.startedAt, [...path, 'startedAt']),
      ...within(sql`c.last_message_at`, part.lastMessageAt, [...path, 'lastMessageAt']),
    );
    if (part.search != null) {
      const words = checkSearch(part.search, [...path, 'search']);
      conditions.push(sql`c.id in (select search_conversations(${words}))`);
    }
    return conditions;
  });
}
