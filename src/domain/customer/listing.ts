import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { allOf, raw, sql, type Sql } from '../../db/sql';
import { Customer, CustomerIdentity, LifecycleTransition } from '../../entities';
import { withVisibleCustomer } from '../channel/visible-channels';
import { BadArgument } from '../kit/errors';
import {
  checkSearch,
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
import { customerLookup, matches } from './lookup';

const customerShape = RowShape.of(Customer);

export const customers: Listing<Customer> = {
  shape: customerShape,
  table: 'customer',
  alias: 'c',
};

const id = { sql: 'c.id', type: 'uuid', value: (c: Read<Customer>) => c.id };
const created = {
  sql: 'c.created_at',
  type: 'timestamptz',
  value: (c: Read<Customer>) => c.createdAt,
};
const updated = {
  sql: 'c.updated_at',
  type: 'timestamptz',
  value: (c: Read<Customer>) => c.updatedAt,
};

/** The orders of customer lists; each has an index. */
export const customerOrders = {
  CREATED_DESC: { name: 'cus-created-desc', descending: true, columns: [created, id] },
  CREATED_ASC: { name: 'cus-created-asc', descending: false, columns: [created, id] },
  UPDATED_DESC: { name: 'cus-updated-desc', descending: true, columns: [updated, id] },
  UPDATED_ASC: { name: 'cus-updated-asc', descending: false, columns: [updated, id] },
} as const satisfies Record<string, Order<Read<Customer>>>;

export type CustomerOrder = keyof typeof customerOrders;

/** What customers can be picked by; see the GraphQL type of the same name. */
export interface CustomerFilter extends Combinable<CustomerFilter> {
  stage?: string | null;
  companyId?: string | null;
  tags?: string[] | null;
  createdAt?: TimeRange | null;
  updatedAt?: TimeRange | null;
  search?: string | null;
}

function customerConditions(filter: CustomerFilter | null | undefined, workspaceId: string): Sql[] {
  return compileFilter(filter, (part, path) => {
    const conditions: Sql[] = [];
    if (part.stage != null) {
      conditions.push(sql`c.stage = ${checkWord(part.stage, [...path, 'stage'])}`);
    }
    if (part.companyId != null) {
      conditions.push(sql`c.company_id = ${uuidOf('Company', part.companyId) ?? NIL_UUID}`);
    }
    if (part.tags) {
      const names = checkWords(part.tags, [...path, 'tags']).map((tag) => tag.toLowerCase());
      conditions.push(sql`exists (
        select from customer_tag t join tag g on g.workspace_id = t.workspace_id and g.id = t.tag_id
        where t.workspace_id = ${workspaceId} and t.customer_id = c.id
          and g.name_key = any(${names}::text[]))`);
    }
    conditions.push(
      ...within(sql`c.created_at`, part.createdAt, [...path, 'createdAt']),
      ...within(sql`c.updated_at`, part.updatedAt, [...path, 'updatedAt']),
    );
    if (part.search != null) {
      const words = checkSearch(part.search, [...path, 'search']);
      conditions.push(sql`c.id in (select search_customers(${words}))`);
    }
    return conditions;
  });
}

/** A page of the customers that the actor sees. */
export function listCustomers(
  reader: Reader,
  args: PageArgs & { filter?: CustomerFilter | null; orderBy: CustomerOrder },
): Promise<Page<Read<Customer>>> {
  return readPage(reader, customers, checkPage(args, customerOrders[args.orderBy]), [
    ...withVisibleCustomer(reader.actor, 'c.id'),
    ...customerConditions(args.filter, reader.workspaceId),
  ]);
}

/** The customer that a lookup names, or null when the actor sees none. */
export async function findCustomer(reader: Reader, by: unknown): Promise<Read<Customer> | null> {
  const lookup = customerLookup.safeParse(by);
  if (!lookup.success) {
    const { path, message } = lookup.error.issues[0]!;
    throw new BadArgument(['by', ...path.map(String)], `can't be used. ${message}`);
  }
  const conditions = [
    sql`c.workspace_id = ${reader.workspaceId}`,
    matches(lookup.data, reader.workspaceId),
    ...withVisibleCustomer(reader.actor, 'c.id'),
  ];
  const [row] = await reader.rows(
    sql`select ${customerShape.select('c')} from ${raw('customer c')} where ${allOf(conditions)}`,
  );
  return row ? customerShape.read(row) : null;
}

export const identities: Listing<CustomerIdentity> = {
  shape: RowShape.of(CustomerIdentity),
  table: 'customer_identity',
  alias: 'i',
};

export const identityOrder: Order<Read<CustomerIdentity>> = {
  name: 'idn-id',
  descending: false,
  columns: [{ sql: 'i.id', type: 'uuid', value: (identity) => identity.id }],
};

export const transitions: Listing<LifecycleTransition> = {
  shape: RowShape.of(LifecycleTransition),
  table: 'lifecycle_transition',
  alias: 't',
};

export const transitionOrder: Order<Read<LifecycleTransition>> = {
  name: 'lct-occurred',
  descending: false,
  columns: [
    { sql: 't.occurred_at', type: 'timestamptz', value: (transition) => transition.occurredAt },
    { sql: 't.id', type: 'uuid', value: (transition) => transition.id },
  ],
};
