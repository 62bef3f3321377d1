import { queryObjects } from '../../db/sessions';
import { allOf, sql, type Sql } from '../../db/sql';
import { bulkColumns, bulkTable } from '../../db/bulk';
import { withVisibleCustomer } from '../channel/visible-channels';
import type { Work } from '../kit/command';
import type { CustomerLookup } from './lookup';

/**
 * The customers that lookups name, as far as the actor sees them: one statement for each kind of
 * lookup, whatever their number.
 * @returns for each lookup the customer's UUID, or null.
 */
export async function findCustomers(
  work: Work,
  lookups: readonly CustomerLookup[],
): Promise<(string | null)[]> {
  const found = new Map<string, string>();
  const given = <T>(pick: (by: CustomerLookup) => T | null | undefined) =>
    lookups.map(pick).filter((value) => value != null);

  await collect(
    work,
    found,
    'id',
    given((by) => by.id),
    (values) =>
      sql`select c.id, c.id::text as key from customer c where c.id = any(${values}::uuid[])`,
  );
  await collect(
    work,
    found,
    'email',
    given((by) => by.email),
    (values) =>
      sql`select c.id, c.email as key from customer c where c.email = any(${values}::text[])`,
  );
  await collect(
    work,
    found,
    'externalRef',
    given((by) => by.externalRef),
    (values) =>
      sql`select c.id, c.external_ref as key from customer c where c.external_ref = any(${values}::text[])`,
  );
  await collect(
    work,
    found,
    'identity',
    given((by) => by.identity),
    (values) => {
      const columns = bulkColumns(values, {
        kind: ['text', (identity) => identity.channelKind],
        scope: ['text', (identity) => identity.scope],
        external_id: ['text', (identity) => identity.externalId],
        key: ['text', identityText],
      });
      return sql`select i.customer_id as id, w.key from ${bulkTable('w', columns)}
      join customer_identity i on i.channel_kind = w.kind and i.scope = w.scope and i.external_id = w.external_id
      join customer c on c.workspace_id = i.workspace_id and c.id = i.customer_id
      where i.workspace_id = ${work.actor.workspaceId}`;
    },
  );
  return lookups.map((by) => found.get(lookupKey(by)) ?? null);
}

async function collect<T>(
  { session, actor }: Work,
  found: Map<string, string>,
  kind: keyof CustomerLookup,
  values: readonly T[],
  query: (values: readonly T[]) => Sql,
): Promise<void> {
  if (values.length === 0) return;
  const visible = [
    sql`c.workspace_id = ${actor.workspaceId}`,
    ...withVisibleCustomer(actor, 'c.id'),
  ];
  const rows = await queryObjects<{ id: string; key: string }>(
    session,
    sql`${query(values)} and ${allOf(visible)}`,
  );
  for (const { id, key } of rows) found.set(`${kind} ${key}`, id);
}

function lookupKey(by: CustomerLookup): string {
  if (by.id != null) return `id ${by.id}`;
  if (by.email != null) return `email ${by.email}`;
  if (by.externalRef != null) return `externalRef ${by.externalRef}`;
  return `identity ${identityText(by.identity!)}`;
}

function identityText({ channelKind, scope, externalId }: NonNullable<CustomerLookup['identity']>) {
  return JSON.stringify([channelKind, scope, externalId]);
}
