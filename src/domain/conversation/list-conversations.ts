import { Page, pageOrder, pageTail, withinPage, type PageArgs } from '../../db/keyset';
import { allOf, join, raw, sql } from '../../db/sql';
import { onVisibleChannel } from '../channel/visible-channels';
import { checkPage } from '../kit/paging';
import type { Reader } from '../kit/reader';
import { conversationConditions, type ConversationFilter } from './filter';
import { conversationOrders, type ConversationOrder, type ConversationRow } from './listing';
import { neighbours, type ConversationSelection, type Neighbour } from './selection';

/**
 * A page of conversations, with the neighbours that the caller is going to read, in one statement.
 * The page is cut before the joins, so they cost a look-up for each row of the page and no more.
 */
export async function listConversations(
  reader: Reader,
  args: PageArgs & { filter?: ConversationFilter | null; orderBy: ConversationOrder },
  selection: ConversationSelection,
): Promise<Page<ConversationRow>> {
  const request = checkPage(args, conversationOrders[args.orderBy]);
  const conditions = [
    sql`c.workspace_id = ${reader.workspaceId}`,
    ...onVisibleChannel(reader.actor, 'c.channel_id'),
    ...conversationConditions(args.filter, reader.workspaceId),
    ...withinPage(request),
  ];
  const joined = selection.neighbours;
  const selects = [
    selection.own.select('c'),
    ...joined.map(({ name, shape }) => shape.select(aliasOf(name))),
  ];
  const rows = await reader.rows(
    sql`select ${join(selects)}
        from (select c.* from conversation c where ${allOf(conditions)} ${pageTail(request)}) c
        ${raw(joined.map(({ name }) => leftJoin(name)).join(' '))}
        ${pageOrder(request)}`,
  );
  return new Page(
    rows.map((row) => readRow(row, selection)),
    request,
  );
}

function aliasOf(name: Neighbour): string {
  return `n_${name.toLowerCase()}`;
}

function leftJoin(name: Neighbour): string {
  const { table, column } = neighbours[name];
  const alias = aliasOf(name);
  return `left join ${table} ${alias} on ${alias}.workspace_id = c.workspace_id and ${alias}.id = c.${column}`;
}

function readRow(row: readonly unknown[], { own, neighbours }: ConversationSelection) {
  const conversation = own.read(row) as ConversationRow & Record<Neighbour, object | null>;
  let offset = own.width;
  for (const { name, shape } of neighbours) {
    conversation[name] = shape.read(row, offset) as never;
    offset += shape.width;
  }
  return conversation as ConversationRow;
}
