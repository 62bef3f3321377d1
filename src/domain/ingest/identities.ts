import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { firstStage } from '../lifecycle/stages';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { identityKey, type IdentityRef } from './item';

/**
 * Finds the customers behind identities, and makes those that are not there yet.
 * @returns customer ids by {@link identityKey}.
 */
export async function resolveCustomers(
  work: Work,
  identities: readonly IdentityRef[],
  events: NewEvent[],
): Promise<Map<string, string>> {
  const wanted = new Map(identities.map((identity) => [identityKey(identity), identity]));
  const known = await findCustomers(work, [...wanted.values()]);
  const missing = [...wanted].filter(([key]) => !known.has(key)).map(([, identity]) => identity);
  if (missing.length === 0) return known;

  // Two transactions that meet the same stranger at once take turns, and the second finds the first's.
  await lockIdentities(work, missing);
  for (const [key, id] of await findCustomers(work, missing)) known.set(key, id);
  const strangers = missing
    .filter((identity) => !known.has(identityKey(identity)))
    .map((identity) => ({ identity, customerId: newId() }));
  await insertCustomers(work, strangers);
  for (const { identity, customerId } of strangers) {
    known.set(identityKey(identity), customerId);
    events.push({ type: 'customer.created', subjectId: customerId, data: {} });
  }
  return known;
}

async function findCustomers(
  { session, actor }: Work,
  identities: readonly IdentityRef[],
): Promise<Map<string, string>> {
  if (identities.length === 0) return new Map();
  const wanted = bulkColumns(identities, {
    kind: ['text', (identity) => identity.channelKind],
    scope: ['text', (identity) => identity.scope],
    external_id: ['text', (identity) => identity.externalId],
  });
  const rows = await queryObjects<IdentityRef & { customerId: string }>(
    session,
    sql`select i.channel_kind "channelKind", i.scope, i.external_id "externalId", i.customer_id "customerId"
        from ${bulkTable('w', wanted)}
        join customer_identity i on i.workspace_id = ${actor.workspaceId}
          and i.channel_kind = w.kind and i.scope = w.scope and i.external_id = w.external_id`,
  );
  return new Map(rows.map((row) => [identityKey(row), row.customerId]));
}

async function lockIdentities({ session, actor }: Work, identities: readonly IdentityRef[]) {
  const keys = identities.map((identity) => `${actor.workspaceId} ${identityKey(identity)}`).sort();
  await queryObjects(
    session,
    sql`select pg_advisory_xact_lock(hashtextextended(key, 0))
        from unnest(${keys}::text[]) with ordinality k(key, n) order by n`,
  );
}

async function insertCustomers(
  work: Work,
  strangers: readonly { identity: IdentityRef; customerId: string }[],
): Promise<void> {
  if (strangers.length === 0) return;
  const { session, actor, now } = work;
  const stage = await firstStage(work);
  const customers = bulkColumns(strangers, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ customerId }) => customerId],
    name: ['text', ({ identity }) => identity.displayName ?? identity.handle ?? null],
    stage: ['text', () => stage],
    created_at: ['timestamptz', () => now],
    updated_at: ['timestamptz', () => now],
  });
  const identities = bulkColumns(strangers, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    customer_id: ['uuid', ({ customerId }) => customerId],
    channel_kind: ['text', ({ identity }) => identity.channelKind],
    scope: ['text', ({ identity }) => identity.scope],
    external_id: ['text', ({ identity }) => identity.externalId],
    handle: ['text', ({ identity }) => identity.handle ?? null],
    display_name: ['text', ({ identity }) => identity.displayName ?? null],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('customer', customers));
  await queryObjects(session, bulkInsert('customer_identity', identities));
}
