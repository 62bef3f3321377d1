import type { Party, PartyItem } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { findCustomers, resolveCustomers } from '../ingest/identities';
import { identityKey, type IdentityRef } from '../ingest/item';
import type { Work } from '../kit/command';
import type { ItemChannel } from './apply-items';

/** A party as one of the channel's identities. */
export function refOf(channel: ItemChannel, party: Party, toldAt: Date): IdentityRef {
  const { carriedBy } = channel;
  const home = carriedBy && !carriedBy.acquainted.has(party.externalId) ? carriedBy : channel;
  return {
    channelKind: home.kind,
    scope: home.identityScope,
    externalId: party.externalId,
    handle: party.handle,
    displayName: party.displayName,
    aliases: party.aliases,
    email: party.email?.toLowerCase(),
    phone: party.phone,
    profile: party.profile,
    toldAt,
  };
}

/** The customers behind people that items name; by {@link identityKey}. */
export async function meetPeople(
  work: Work,
  refs: readonly IdentityRef[],
  events: NewEvent[],
): Promise<Map<string, string>> {
  if (refs.length === 0) return new Map();
  return resolveCustomers(work, refs, await findCustomers(work, refs), events);
}

/** News of a person as a reference: the id that they had is one of theirs still. */
export function newsRef(
  channel: ItemChannel,
  { party, at, formerExternalId }: PartyItem,
): IdentityRef {
  const aliases = [...(party.aliases ?? []), ...(formerExternalId ? [formerExternalId] : [])];
  return refOf(channel, { ...party, aliases }, at);
}

/**
 * Where both the former and the new id of a person had a customer of their own already, the new one
 * goes over to the customer of the former; what that one's conversations were stays as it is.
 */
export async function followFormerIds(
  work: Work,
  channel: ItemChannel,
  items: readonly PartyItem[],
  customers: ReadonlyMap<string, string>,
  events: NewEvent[],
): Promise<void> {
  const { session, actor } = work;
  for (const { party, formerExternalId } of items) {
    if (!formerExternalId) continue;
    const key = { channelKind: channel.kind, scope: channel.identityScope };
    const [now, before] = [party.externalId, formerExternalId].map((externalId) =>
      customers.get(identityKey({ ...key, externalId })),
    );
    if (!now || !before || now === before) continue;
    const moved = await queryObjects<{ identityId: string }>(
      session,
      sql`update customer_identity set customer_id = ${before}
          where workspace_id = ${actor.workspaceId} and channel_kind = ${channel.kind}
            and scope = ${channel.identityScope} and external_id = ${party.externalId}
          returning id "identityId"`,
    );
    for (const { identityId } of moved) {
      const data = { identityId, fields: ['customer'] };
      for (const subjectId of [now, before]) {
        events.push({ type: 'customer.identity_changed', subjectId, data });
      }
    }
  }
}
