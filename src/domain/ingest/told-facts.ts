import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { newest, newestOf, type FactTimes, type TimedFacts } from './facts';
import { identityKey, type IdentityRef } from './item';
import { toldBy, type Person } from './same-person';

/** An identity as it is known, and what of its customer it may fill or follow. */
export interface Acquaintance {
  channelKind: string;
  scope: string;
  externalId: string;
  identityId: string;
  customerId: string;
  /** Known only as a further id of somebody, and may pass on. */
  isAlias: boolean;
  handle: string | null;
  displayName: string | null;
  profile: Readonly<Record<string, unknown>>;
  factTimes: FactTimes;
  name: string | null;
  email: string | null;
  phone: string | null;
}

type ToldOfIdentity = Pick<Acquaintance, 'handle' | 'displayName' | 'profile' | 'factTimes'>;

const PROFILE = 'profile.';
const nothing: ToldOfIdentity = { handle: null, displayName: null, profile: {}, factTimes: {} };

/** What is told of a person who was not known. */
export function tellOf(told: readonly IdentityRef[]): ToldOfIdentity {
  return told.reduce(tell, nothing);
}

function tell(known: ToldOfIdentity, ref: IdentityRef): ToldOfIdentity {
  const { handle, displayName, profile, toldAt } = ref;
  if (!toldAt) {
    if (known !== nothing) return known;
    return { ...nothing, handle: handle ?? null, displayName: displayName ?? null };
  }
  const facts: Record<string, unknown> = { handle: known.handle, displayName: known.displayName };
  for (const [name, value] of Object.entries(known.profile)) facts[PROFILE + name] = value;
  const told: Record<string, unknown> = { handle, displayName };
  for (const [name, value] of Object.entries(profile ?? {})) told[PROFILE + name] = value;
  const before: TimedFacts = { facts, times: known.factTimes };
  const after = newest(before, told, toldAt);
  return after === before ? known : readFacts(after);
}

function readFacts({ facts, times }: TimedFacts): ToldOfIdentity {
  const { handle, displayName, ...others } = facts;
  const profile = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name.slice(PROFILE.length), value]),
  );
  return {
    handle: handle as string | null,
    displayName: displayName as string | null,
    profile,
    factTimes: times,
  };
}

/** Who is known while a batch is taken in. */
export interface Acquaintances {
  /** As it was before, by {@link identityKey}. */
  before: ReadonlyMap<string, Acquaintance>;
  /** With those that were met by this batch. */
  known: ReadonlyMap<string, Acquaintance>;
  /** UUIDs of the customers that are new with it. */
  created: ReadonlySet<string>;
}

/** Keeps what is newer than what was known of identities, and what their customers have by it. */
export async function keepTold(
  work: Work,
  people: readonly Person[],
  acquaintances: Acquaintances,
  events: NewEvent[],
): Promise<void> {
  const { before, known, created } = acquaintances;
  const changed: { from: ToldOfIdentity; to: Acquaintance }[] = [];
  const renaming = new Set<string>();
  for (const person of people) {
    for (const key of person.names.keys()) {
      const from = before.get(key);
      const { customerId: subjectId, identityId } = known.get(key)!;
      if (!from) {
        if (!created.has(subjectId)) renaming.add(subjectId);
        continue;
      }
      const told = toldBy(person, key).reduce(tell, from as ToldOfIdentity);
      if (told === from) continue;
      changed.push({ from, to: { ...from, ...told } });
      const fields = changedFields(from, told);
      if (fields.length === 0) continue;
      events.push({ type: 'customer.identity_changed', subjectId, data: { identityId, fields } });
      if (shownName(from) !== shownName(told)) renaming.add(subjectId);
    }
  }
  await writeIdentities(
    work,
    changed.map(({ to }) => to),
  );
  const names = await newNames(
    work,
    [...renaming],
    new Set(changed.map(({ from }) => shownName(from))),
  );
  await fillCustomers(work, people, acquaintances, names, events);
}

/**
 * The names of customers whose identities show others: the newest of these, unless the company has
 * named the customer itself.
 */
async function newNames(
  { session, actor }: Work,
  customerIds: readonly string[],
  shownBefore: ReadonlySet<string | null>,
): Promise<Map<string, string>> {
  if (customerIds.length === 0) return new Map();
  const rows = await queryObjects<ToldOfIdentity & { customerId: string; name: string | null }>(
    session,
    sql`select c.id "customerId", c.name, i.handle, i.display_name "displayName",
               i.fact_times "factTimes"
        from customer c
        join customer_identity i on i.workspace_id = c.workspace_id and i.customer_id = c.id
        where c.workspace_id = ${actor.workspaceId} and c.id = any(${customerIds}::uuid[])`,
  );
  const names = new Map<string, string>();
  for (const customerId of customerIds) {
    const identities = rows.filter((row) => row.customerId === customerId);
    const [newest] = identities.filter(shownName).sort(byNameTime);
    const current = identities[0]?.name ?? null;
    const name = newest && shownName(newest);
    if (!name || name === current) continue;
    const isShown =
      shownBefore.has(current) || identities.some((identity) => shownName(identity) === current);
    if (current === null || isShown) names.set(customerId, name);
  }
  return names;
}

/** Newest name first; of two at the same time the same one whichever comes first. */
function byNameTime(a: ToldOfIdentity, b: ToldOfIdentity): number {
  return nameTime(b) - nameTime(a) || (shownName(a)! < shownName(b)! ? 1 : -1);
}

function nameTime({ displayName, factTimes }: ToldOfIdentity): number {
  return factTimes[displayName === null ? 'handle' : 'displayName'] ?? 0;
}

function shownName({ displayName, handle }: ToldOfIdentity): string | null {
  return displayName ?? handle;
}

function changedFields(before: ToldOfIdentity, after: ToldOfIdentity): string[] {
  return [
    ...(before.handle === after.handle ? [] : ['handle']),
    ...(before.displayName === after.displayName ? [] : ['displayName']),
    ...(JSON.stringify(before.profile) === JSON.stringify(after.profile) ? [] : ['profile']),
  ];
}

async function writeIdentities({ session, actor }: Work, changed: readonly Acquaintance[]) {
  if (changed.length === 0) return;
  const columns = bulkColumns(changed, {
    id: ['uuid', ({ identityId }) => identityId],
    handle: ['text', ({ handle }) => handle],
    display_name: ['text', ({ displayName }) => displayName],
    profile: ['jsonb', ({ profile }) => JSON.stringify(profile)],
    profile_at: ['timestamptz', ({ factTimes }) => newestOf(factTimes)],
    fact_times: ['jsonb', ({ factTimes }) => JSON.stringify(factTimes)],
  });
  await queryObjects(
    session,
    sql`update customer_identity i set handle = t.handle, display_name = t.display_name,
          profile = t.profile, profile_at = t.profile_at, fact_times = t.fact_times
        from ${bulkTable('t', columns)}
        where i.workspace_id = ${actor.workspaceId} and i.id = t.id`,
  );
}

interface Filling {
  customerId: string;
  name: string | null;
  email: string | null;
  phone: string | null;
}

/** Fills e-mail address and phone number where a customer has none, and lets names follow. */
async function fillCustomers(
  work: Work,
  people: readonly Person[],
  { known, created }: Acquaintances,
  names: ReadonlyMap<string, string>,
  events: NewEvent[],
): Promise<void> {
  const fillings = new Map<string, Filling>();
  const fillingOf = (customerId: string) => {
    const filling = fillings.get(customerId) ?? {
      customerId,
      name: null,
      email: null,
      phone: null,
    };
    fillings.set(customerId, filling);
    return filling;
  };
  for (const [customerId, name] of names) fillingOf(customerId).name = name;
  for (const { told } of people) {
    for (const ref of told) {
      const { customerId, email, phone } = known.get(identityKey(ref))!;
      if (email === null && ref.email) fillingOf(customerId).email ??= ref.email;
      if (phone === null && ref.phone) fillingOf(customerId).phone ??= ref.phone;
    }
  }
  if (fillings.size === 0) return;
  const { session, actor, now } = work;
  const numbered = [...fillings.values()].map((filling, n) => ({ ...filling, n }));
  const columns = bulkColumns(numbered, {
    n: ['int', ({ n }) => n],
    id: ['uuid', ({ customerId }) => customerId],
    name: ['text', ({ name }) => name],
    email: ['text', ({ email }) => email],
    phone: ['text', ({ phone }) => phone],
  });
  // of two that tell of one address at once the first has it, and nobody takes it from another
  const rows = await queryObjects<{ id: string; fields: string[] }>(
    session,
    sql`with told as (
          select t.id, t.name, t.phone, case when t.email is not null
            and t.n = min(t.n) over (partition by t.email)
            and not exists (select from customer o where o.workspace_id = ${actor.workspaceId} and o.email = t.email)
            then t.email end as email
          from ${bulkTable('t', columns)}
        )
        update customer c set name = coalesce(t.name, c.name), email = coalesce(c.email, t.email),
          phone = coalesce(c.phone, t.phone), updated_at = ${now}
        from told t
        where c.workspace_id = ${actor.workspaceId} and c.id = t.id
          and (t.name is not null or t.phone is not null or t.email is not null)
        returning c.id, array_remove(array[
          case when t.name is not null then 'name' end,
          case when t.email is not null then 'email' end,
          case when t.phone is not null then 'phone' end], null) fields`,
  );
  for (const { id: subjectId, fields } of rows) {
    if (created.has(subjectId)) continue;
    events.push({ type: 'customer.updated', subjectId, data: { fields } });
  }
}
