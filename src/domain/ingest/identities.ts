import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { firstStage } from '../lifecycle/stages';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { newestOf } from './facts';
import { identityKey, type IdentityRef } from './item';
import { namesOf, samePeople, toldBy, type Person } from './same-person';
import { keepTold, tellOf, type Acquaintance } from './told-facts';

/**
 * Finds the customers behind identities, and makes those that are not there yet. Further ids of the
 * same person lead to the same customer; what is told of a person is kept where it is newer.
 * @param acquainted what {@link findCustomers} has found.
 * @returns customer ids by {@link identityKey}.
 */
export async function resolveCustomers(
  work: Work,
  identities: readonly IdentityRef[],
  acquainted: ReadonlyMap<string, Acquaintance>,
  events: NewEvent[],
): Promise<Map<string, string>> {
  let before = acquainted;
  const people = samePeople(identities);
  const names = people.flatMap((person) => [...person.names.values()]);
  const missing = names.filter((name) => !before.has(identityKey(name)));
  const created = new Set<string>();
  if (missing.length > 0) {
    // Two transactions that meet the same stranger at once take turns, and the second finds the first's.
    await lockIdentities(work, missing);
    before = new Map([...before, ...(await findCustomers(work, missing))]);
  }
  const known = new Map(before);
  if (missing.length > 0) await meet(work, people, known, created, events);
  await keepTold(work, people, { before, known, created }, events);
  return new Map([...known].map(([key, { customerId }]) => [key, customerId]));
}

/**
 * Finds the customers behind identities and behind their further ids, as far as they are there.
 * @returns what is known of each by {@link identityKey}.
 */
export async function findCustomers(
  { session, actor }: Work,
  identities: readonly IdentityRef[],
): Promise<Map<string, Acquaintance>> {
  const names = new Map(identities.flatMap(namesOf).map((name) => [identityKey(name), name]));
  if (names.size === 0) return new Map();
  const wanted = bulkColumns([...names.values()], {
    kind: ['text', (identity) => identity.channelKind],
    scope: ['text', (identity) => identity.scope],
    external_id: ['text', (identity) => identity.externalId],
  });
  const rows = await queryObjects<Acquaintance>(
    session,
    sql`select i.channel_kind "channelKind", i.scope, i.external_id "externalId",
               i.id "identityId", i.customer_id "customerId", i.handle, i.display_name "displayName",
               i.is_alias "isAlias", i.profile, i.fact_times "factTimes", c.name, c.email, c.phone
        from ${bulkTable('w', wanted)}
        join customer_identity i on i.workspace_id = ${actor.workspaceId}
          and i.channel_kind = w.kind and i.scope = w.scope and i.external_id = w.external_id
        join customer c on c.workspace_id = ${actor.workspaceId} and c.id = i.customer_id`,
  );
  return new Map(rows.map((row) => [identityKey(row), row]));
}

async function lockIdentities({ session, actor }: Work, identities: readonly IdentityRef[]) {
  const keys = identities.map((identity) => `${actor.workspaceId} ${identityKey(identity)}`).sort();
  await queryObjects(
    session,
    sql`select pg_advisory_xact_lock(hashtextextended(key, 0))
        from unnest(${keys}::text[]) with ordinality k(key, n) order by n`,
  );
}

/** Gives every name that is not known yet a customer: the one of the person's other names, or a new one. */
async function meet(
  work: Work,
  people: readonly Person[],
  known: Map<string, Acquaintance>,
  created: Set<string>,
  events: NewEvent[],
): Promise<void> {
  const incomplete = people.filter(({ names }) => [...names.keys()].some((key) => !known.has(key)));
  const addressed = await findAddressed(work, incomplete, known);
  const strangers: Acquaintance[] = [];
  const added: Acquaintance[] = [];
  const taken: Taken[] = [];
  for (const person of incomplete) {
    const holder = friendOf(person, known) ?? addressed.get(person);
    const customer = holder ?? { customerId: newId(), name: null, email: null, phone: null };
    for (const [key, { channelKind, scope, externalId }] of person.names) {
      const { customerId, name, email, phone } = customer;
      const isAlias = !person.own.has(key);
      const before = known.get(key);
      if (before) {
        if (!isAlias || (before.isAlias && before.customerId === customerId)) continue;
        const after = { ...before, isAlias, customerId, name, email, phone };
        known.set(key, after);
        taken.push({ from: before.customerId, to: after });
        continue;
      }
      const acquaintance: Acquaintance = {
        ...{ channelKind, scope, externalId, identityId: newId(), customerId, name, email, phone },
        ...{ isAlias, ...tellOf(toldBy(person, key)) },
      };
      known.set(key, acquaintance);
      added.push(acquaintance);
      if (holder) {
        const data = { identityId: acquaintance.identityId };
        events.push({ type: 'customer.identity_added', subjectId: customerId, data });
      } else if (!created.has(customerId)) {
        created.add(customerId);
        strangers.push(acquaintance);
      }
    }
  }
  await insertCustomers(work, strangers);
  await insertIdentities(work, added);
  await passOn(work, taken, events);
  for (const { customerId } of strangers) {
    events.push({ type: 'customer.created', subjectId: customerId, data: {} });
  }
}

/** A further id that goes to the person who has it now. */
interface Taken {
  /** UUID of the customer that had it; the same one where it becomes a further id only. */
  from: string;
  to: Acquaintance;
}

/**
 * Whom one of a person's ids leads to already: an id of their own, or a further one that so far was
 * all that was known of somebody.
 */
function friendOf(
  { names, own }: Person,
  known: ReadonlyMap<string, Acquaintance>,
): Acquaintance | undefined {
  const met = [...names.keys()].flatMap((key) => {
    const acquaintance = known.get(key);
    return acquaintance ? [{ key, acquaintance }] : [];
  });
  return (
    met.find(({ key }) => own.has(key)) ?? met.find(({ acquaintance }) => !acquaintance.isAlias)
  )?.acquaintance;
}

/** Lets further ids follow the people who have them now, such as a phone number that was given away. */
async function passOn(
  { session, actor }: Work,
  taken: readonly Taken[],
  events: NewEvent[],
): Promise<void> {
  if (taken.length === 0) return;
  const columns = bulkColumns(taken, {
    id: ['uuid', ({ to }) => to.identityId],
    customer_id: ['uuid', ({ to }) => to.customerId],
  });
  await queryObjects(
    session,
    sql`update customer_identity i set customer_id = t.customer_id, is_alias = true
        from ${bulkTable('t', columns)}
        where i.workspace_id = ${actor.workspaceId} and i.id = t.id`,
  );
  for (const { from, to } of taken) {
    if (from === to.customerId) continue;
    const data = { identityId: to.identityId, fields: ['customer'] };
    for (const subjectId of [from, to.customerId]) {
      events.push({ type: 'customer.identity_changed', subjectId, data });
    }
  }
}

/** A mailbox is its address: whoever has it as a customer is the person that writes from it. */
async function findAddressed(
  { session, actor }: Work,
  people: readonly Person[],
  known: ReadonlyMap<string, Acquaintance>,
): Promise<Map<Person, Pick<Acquaintance, 'customerId' | 'name' | 'email' | 'phone'>>> {
  const mailing = people.flatMap((person) => {
    const isStranger = ![...person.names.keys()].some((key) => known.has(key));
    const first = person.told.find(({ channelKind }) => channelKind === 'EMAIL');
    if (!isStranger || !first) return [];
    return [{ person, email: first.email ?? first.externalId.toLowerCase() }];
  });
  if (mailing.length === 0) return new Map();
  const emails = mailing.map(({ email }) => email);
  const rows = await queryObjects<{
    customerId: string;
    name: string | null;
    email: string;
    phone: string | null;
  }>(
    session,
    sql`select id "customerId", name, email, phone from customer
        where workspace_id = ${actor.workspaceId} and email = any(${emails}::text[])`,
  );
  const holders = new Map(rows.map((row) => [row.email, row]));
  return new Map(
    mailing.flatMap(({ person, email }) => {
      const holder = holders.get(email);
      return holder ? [[person, holder]] : [];
    }),
  );
}

async function insertCustomers(work: Work, strangers: readonly Acquaintance[]): Promise<void> {
  if (strangers.length === 0) return;
  const { session, actor, now } = work;
  const stage = await firstStage(work);
  const customers = bulkColumns(strangers, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ customerId }) => customerId],
    name: ['text', ({ displayName, handle }) => displayName ?? handle],
    stage: ['text', () => stage],
    created_at: ['timestamptz', () => now],
    updated_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('customer', customers));
}

async function insertIdentities(
  { session, actor, now }: Work,
  added: readonly Acquaintance[],
): Promise<void> {
  if (added.length === 0) return;
  const identities = bulkColumns(added, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ identityId }) => identityId],
    customer_id: ['uuid', ({ customerId }) => customerId],
    channel_kind: ['text', ({ channelKind }) => channelKind],
    scope: ['text', ({ scope }) => scope],
    external_id: ['text', ({ externalId }) => externalId],
    handle: ['text', ({ handle }) => handle],
    display_name: ['text', ({ displayName }) => displayName],
    is_alias: ['boolean', ({ isAlias }) => isAlias],
    profile: ['jsonb', ({ profile }) => JSON.stringify(profile)],
    profile_at: ['timestamptz', ({ factTimes }) => newestOf(factTimes)],
    fact_times: ['jsonb', ({ factTimes }) => JSON.stringify(factTimes)],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('customer_identity', identities));
}
