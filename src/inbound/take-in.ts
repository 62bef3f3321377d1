import { z } from 'zod';
import type { InboundItem } from '../connectors/kit/item';
import { advisoryLocks } from '../db/advisory-locks';
import { bulkColumns, bulkTable } from '../db/bulk';
import { queryObjects } from '../db/sessions';
import { sql } from '../db/sql';
import { applyItems, type ItemChannel } from '../domain/inbound/apply-items';
import { byOrigin } from '../domain/inbound/carried';
import type { NewEvent } from '../events/registry';
import { defineCommand, type Outcome, type Work } from '../domain/kit/command';

/** A delivery, and what becomes of it. */
export interface Handled {
  /** UUID. */
  deliveryId: string;
  /** Null where it failed. */
  items: readonly InboundItem[] | null;
  /** Why it failed, for people. */
  failure?: { reason: string; attempts: number; pauseSeconds: number | null };
}

export interface TakeIn {
  channel: ItemChannel;
  /** Whether messages of other channels' conversations may come by it. */
  mayCarry: boolean;
  handled: readonly Handled[];
}

export interface TakenIn {
  /** Whether another process is at the channel: then nothing was done. */
  isBusy: boolean;
}

/**
 * Takes in what deliveries of a channel hold and strikes them off the queue, in one transaction: one
 * process at a time for each channel, so that what belongs together is never made twice.
 */
export const takeIn = defineCommand({
  name: 'deliveriesTakeIn',
  input: z.custom<TakeIn>((value) => typeof value === 'object'),
  async run(work, { channel, mayCarry, handled }): Promise<Outcome<TakenIn>> {
    if (!(await lockLane(work, channel.id))) return { result: { isBusy: true } };
    const queued = await lockQueued(
      work,
      handled.map(({ deliveryId }) => deliveryId),
    );
    const left = handled.filter(({ deliveryId }) => queued.has(deliveryId));
    const read = left.filter(({ items }) => items !== null);
    const failed = left.filter(({ items }) => items === null);
    const items = read.flatMap((one) => one.items!);
    const groups = mayCarry ? await byOrigin(work, channel, items) : [{ channel, items }];
    const events: NewEvent[] = [];
    for (const group of groups) {
      if (group.items.length === 0) continue;
      // the connector acts for whoever's conversations it carries, too
      const actor = { ...work.actor, channelIds: [channel.id, group.channel.id] };
      events.push(...(await applyItems({ ...work, actor }, group.channel, group.items)));
    }
    await strikeOff(work, read);
    await putBack(work, failed);
    if (read.length > 0) await noteInbound(work, channel.id);
    return { result: { isBusy: false }, events };
  },
});

async function lockLane({ session }: Work, channelId: string): Promise<boolean> {
  const [row] = await queryObjects<{ taken: boolean }>(
    session,
    sql`select pg_try_advisory_xact_lock(${advisoryLocks.inbound}, hashtext(${channelId})) as taken`,
  );
  return row!.taken;
}

/** Those that nobody has processed meanwhile. */
async function lockQueued({ session, actor }: Work, ids: readonly string[]): Promise<Set<string>> {
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`select delivery_id as id from inbound_queue
        where workspace_id = ${actor.workspaceId} and delivery_id = any(${ids}::uuid[])
          and not is_dead
        order by delivery_id for update`,
  );
  return new Set(rows.map(({ id }) => id));
}

async function strikeOff({ session, actor }: Work, handled: readonly Handled[]): Promise<void> {
  if (handled.length === 0) return;
  const ids = handled.map(({ deliveryId }) => deliveryId);
  await queryObjects(
    session,
    sql`delete from inbound_queue
        where workspace_id = ${actor.workspaceId} and delivery_id = any(${ids}::uuid[])`,
  );
}

async function putBack({ session, actor, now }: Work, handled: readonly Handled[]): Promise<void> {
  const failed = handled.flatMap(({ deliveryId, failure }) =>
    failure ? [{ deliveryId, ...failure }] : [],
  );
  if (failed.length === 0) return;
  const columns = bulkColumns(failed, {
    id: ['uuid', ({ deliveryId }) => deliveryId],
    error: ['text', ({ reason }) => reason],
    attempts: ['smallint', ({ attempts }) => attempts],
    due_at: [
      'timestamptz',
      ({ pauseSeconds }) => new Date(now.getTime() + (pauseSeconds ?? 0) * 1_000),
    ],
    is_dead: ['boolean', ({ pauseSeconds }) => pauseSeconds === null],
  });
  await queryObjects(
    session,
    sql`update inbound_queue q
        set error = f.error, attempts = f.attempts, due_at = f.due_at, is_dead = f.is_dead
        from ${bulkTable('f', columns)}
        where q.workspace_id = ${actor.workspaceId} and q.delivery_id = f.id`,
  );
}

async function noteInbound({ session, actor, now }: Work, channelId: string): Promise<void> {
  await queryObjects(
    session,
    sql`insert into channel_state as s (workspace_id, channel_id, last_inbound_at)
        values (${actor.workspaceId}, ${channelId}, ${now})
        on conflict (workspace_id, channel_id) do update
          set last_inbound_at = greatest(s.last_inbound_at, excluded.last_inbound_at)`,
  );
}
