import { Page, pageOrder, pageTail, withinPage, type PageArgs } from '../../db/keyset';
import { RowShape } from '../../db/row-shape';
import { allOf, join, raw, sql } from '../../db/sql';
import { Channel, Customer, Message, User } from '../../entities';
import { onVisibleChannel } from '../channel/visible-channels';
import { checkPage } from '../kit/paging';
import type { Reader } from '../kit/reader';
import { conversationConditions, type ConversationFilter } from './filter';
import {
  conversationOrders,
  conversationShape,
  type ConversationOrder,
  type ConversationRow,
} from './listing';

/** The to-one neighbours that the list can bring along, each with its table and the column that names it. */
const neighbours = {
  customer: { shape: new RowShape(Customer), table: 'customer', column: 'customer_id' },
  channel: { shape: new RowShape(Channel), table: 'channel', column: 'channel_id' },
  assignee: { shape: new RowShape(User), table: 'app_user', column: 'assignee_id' },
  lastMessage: { shape: new RowShape(Message), table: 'message', column: 'last_message_id' },
} as const;

export type Neighbour = keyof typeof neighbours;

export const neighbourNames = Object.keys(neighbours) as Neighbour[];

/**
 * A page of conversations, with the neighbours that the caller is going to read, in one statement.
 * The page is cut before the joins, so they cost a look-up for each row of the page and no more.
 */
export async function listConversations(
  reader: Reader,
  args: PageArgs & { filter?: ConversationFilter | null; orderBy: ConversationOrder },
  wanted: readonly Neighbour[],
): Promise<Page<ConversationRow>> {
  const request = checkPage(args, conversationOrders[args.orderBy]);
  const conditions = [
    sql`c.workspace_id = ${reader.workspaceId}`,
    ...onVisibleChannel(reader.actor, 'c.channel_id'),
    ...conversationConditions(args.filter, reader.workspaceId),
    ...withinPage(request),
  ];
  const joined = wanted.map((name) => ({ name, alias: `n_${name.toLowerCase()}` }));
  const selects = [
    conversationShape.select('c'),
    ...joined.map(({ name, alias }) => neighbours[name].shape.select(alias)),
  ];
  const rows = await reader.rows(
    sql`select ${join(selects)}
        from (select c.* from conversation c where ${allOf(conditions)} ${pageTail(request)}) c
        ${raw(joined.map(({ name, alias }) => leftJoin(name, alias)).join(' '))}
        ${pageOrder(request)}`,
  );
  return new Page(
    rows.map((row) => readRow(row, wanted)),
    request,
  );
}

function leftJoin(name: Neighbour, alias: string): string {
  const { table, column } = neighbours[name];
  return `left join ${table} ${alias} on ${alias}.workspace_id = c.workspace_id and ${alias}.id = c.${column}`;
}

function readRow(row: readonly unknown[], wanted: readonly Neighbour[]): ConversationRow {
  const conversation: ConversationRow = conversationShape.read(row)!;
  let offset = conversationShape.width;
  for (const name of wanted) {
    const { shape } = neighbours[name];
    Object.assign(conversation, { [name]: shape.read(row, offset) });
    offset += shape.width;
  }
  return conversation;
}
