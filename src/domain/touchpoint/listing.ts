import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { sql, type Sql } from '../../db/sql';
import { Touchpoint } from '../../entities';
import { onVisibleChannel } from '../channel/visible-channels';
import {
  checkAlternatives,
  checkWord,
  checkWords,
  compileFilter,
  within,
  type Combinable,
  type TimeRange,
} from '../kit/filter';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';
import { checkPage, readPage, type Listing } from '../kit/paging';
import type { Reader } from '../kit/reader';

export const touchpoints: Listing<Touchpoint> = {
  shape: RowShape.of(Touchpoint),
  table: 'touchpoint',
  alias: 't',
};

const columns = [
  { sql: 't.occurred_at', type: 'timestamptz', value: (t: Read<Touchpoint>) => t.occurredAt },
  { sql: 't.id', type: 'uuid', value: (t: Read<Touchpoint>) => t.id },
];

/** The orders of touchpoint lists; each has an index. */
export const touchpointOrders = {
  OCCURRED_DESC: { name: 'tch-occurred-desc', descending: true, columns },
  OCCURRED_ASC: { name: 'tch-occurred-asc', descending: false, columns },
} as const satisfies Record<string, Order<Read<Touchpoint>>>;

export type TouchpointOrder = keyof typeof touchpointOrders;

/** What touchpoints can be picked by; see the GraphQL type of the same name. */
export interface TouchpointFilter extends Combinable<TouchpointFilter> {
  customerId?: string | null;
  channelIds?: string[] | null;
  types?: string[] | null;
  stage?: string | null;
  source?: string | null;
  occurredAt?: TimeRange | null;
}

function touchpointConditions(filter: TouchpointFilter | null | undefined): Sql[] {
  return compileFilter(filter, (part, path) => {
    const conditions: Sql[] = [];
    if (part.customerId != null) {
      conditions.push(sql`t.customer_id = ${uuidOf('Customer', part.customerId) ?? NIL_UUID}`);
    }
    if (part.channelIds) {
      const ids = checkAlternatives(part.channelIds, [...path, 'channelIds']);
      const uuids = ids.map((id) => uuidOf('Channel', id) ?? NIL_UUID);
      conditions.push(sql`t.channel_id = any(${uuids}::uuid[])`);
    }
    if (part.types) {
      const types = checkWords(part.types, [...path, 'types']);
      conditions.push(sql`t.type = any(${types}::text[])`);
    }
    if (part.stage != null) {
      conditions.push(sql`t.stage = ${checkWord(part.stage, [...path, 'stage'])}`);
    }
    if (part.source != null) {
      conditions.push(sql`t.source = ${checkWord(part.source, [...path, 'source'])}`);
    }
    conditions.push(...within(sql`t.occurred_at`, part.occurredAt, [...path, 'occurredAt']));
    return conditions;
  });
}

/** A page of the touchpoints that the actor sees. */
export function listTouchpoints(
  reader: Reader,
  args: PageArgs & { filter?: TouchpointFilter | null; orderBy: TouchpointOrder },
): Promise<Page<Read<Touchpoint>>> {
  return readPage(reader, touchpoints, checkPage(args, touchpointOrders[args.orderBy]), [
    ...onVisibleChannel(reader.actor, 't.channel_id'),
    ...touchpointConditions(args.filter),
  ]);
}
