import type { ReactionItem, TouchpointItem } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { identityKey } from '../ingest/item';
import type { Work } from '../kit/command';
import { globalId, newId } from '../kit/ids';
import { insertTouchpoints, type NewTouchpoint } from '../touchpoint/insert-touchpoints';
import type { ItemChannel } from './apply-items';
import { refOf } from './people';

/** Where a channel's touchpoints come from: ids of platforms are unique in the account alone. */
export function sourceOf(channel: ItemChannel): string {
  return globalId('Channel', channel.id);
}

/** A moment that a channel tells of. */
interface Moment {
  customerId: string;
  type: string;
  externalId: string;
  occurredAt: Date;
  properties?: Record<string, unknown>;
}

/** Records moments that are no messages. */
export async function recordMoments(
  work: Work,
  channel: ItemChannel,
  moments: readonly Moment[],
): Promise<NewEvent[]> {
  const touchpoints = moments.map(({ customerId, ...moment }): NewTouchpoint => ({
    id: newId(),
    customerId,
    input: {
      ...moment,
      customer: { id: customerId },
      source: sourceOf(channel),
      channelId: channel.id,
      stage: null,
      properties: moment.properties ?? null,
      cost: null,
      value: null,
      sentiment: null,
    },
  }));
  return (await insertTouchpoints(work, touchpoints)).events;
}

export function momentOf(
  channel: ItemChannel,
  { party, touchpoint, externalId, occurredAt, properties }: TouchpointItem,
  customers: ReadonlyMap<string, string>,
): Moment {
  const customerId = customers.get(identityKey(refOf(channel, party, occurredAt)))!;
  return { customerId, type: touchpoint, externalId, occurredAt, properties };
}

/** Longest name of a touchpoint's type with what is added for its withdrawal. */
const WITHDRAWN = '_withdrawn';

/** A reaction to a post: it belongs to no conversation, but it is a moment of who reacted. */
export function reactionMoment(item: ReactionItem, customerId: string): Moment {
  const { externalId: post, reaction, removed, at, reactionId } = item;
  const name = reactionId ?? `${post} ${item.actor?.externalId} ${reaction ?? ''}`;
  return {
    customerId,
    type: removed ? `post_reacted${WITHDRAWN}` : 'post_reacted',
    externalId: removed ? `${name} ${at.toISOString()}` : name,
    occurredAt: at,
    properties: { post, ...(reaction !== null && { reaction }) },
  };
}

/** A moment that the customer took back: both stay in the journey. */
export async function withdrawals(
  { session, actor }: Work,
  withdrawn: ReadonlyMap<string, Date>,
): Promise<Moment[]> {
  if (withdrawn.size === 0) return [];
  const rows = await queryObjects<{
    id: string;
    customerId: string;
    type: string;
    externalId: string;
    properties: Record<string, unknown>;
  }>(
    session,
    sql`select id, customer_id "customerId", type, external_id "externalId", properties
        from touchpoint
        where workspace_id = ${actor.workspaceId} and id = any(${[...withdrawn.keys()]}::uuid[])`,
  );
  return rows
    .filter(({ type }) => !type.endsWith(WITHDRAWN))
    .map(({ id, type, externalId, ...row }) => ({
      ...row,
      type: `${type}${WITHDRAWN}`,
      externalId: `${externalId}${WITHDRAWN}`,
      occurredAt: withdrawn.get(id)!,
    }));
}
