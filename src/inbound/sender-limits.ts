import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Sessions } from '../db/sessions';
import { sql } from '../db/sql';

export interface SenderLimitsOptions {
  sessions: Sessions;
  clock: () => Date;
}

/** What may come from one sender, and in which time. */
export interface Allowance {
  most: number;
  seconds: number;
}

/**
 * Counts what comes to a channel from each sender, for all processes together. Senders share a
 * fixed number of counters, by a digest: so there are never more rows than that, no address is kept,
 * and two that share one are rare enough to bear it.
 */
export class SenderLimits {
  constructor(private readonly options: SenderLimitsOptions) {}

  /**
   * Counts one; gives for how many seconds no more is taken, or null where this one is.
   * @param sender a network address, or whatever else tells senders apart.
   */
  async take(
    { workspaceId, channelId }: { workspaceId: string; channelId: string },
    sender: string,
    { most, seconds }: Allowance,
  ): Promise<number | null> {
    const { sessions, clock } = this.options;
    const now = clock();
    const resetsAt = new Date(now.getTime() + seconds * 1_000);
    const bucket = bucketOf(channelId, sender);
    const taken = await sessions.objects(
      workspaceId,
      // a window that ends later than a new one would is of a setting that has changed
      sql`insert into rate_budget as b (workspace_id, channel_id, bucket, remaining, resets_at)
          values (${workspaceId}, ${channelId}, ${bucket}, ${most - 1}, ${resetsAt})
          on conflict (workspace_id, channel_id, bucket) do update set
            remaining = case when b.resets_at <= ${now} or b.resets_at > ${resetsAt}
              then excluded.remaining else least(b.remaining, ${most}) - 1 end,
            resets_at = case when b.resets_at <= ${now} or b.resets_at > ${resetsAt}
              then excluded.resets_at else b.resets_at end
          where b.resets_at <= ${now} or b.resets_at > ${resetsAt} or b.remaining > 0
          returning 1 as taken`,
    );
    if (taken.length > 0) return null;
    const [row] = await sessions.objects<{ resetsAt: Date }>(
      workspaceId,
      sql`select resets_at "resetsAt" from rate_budget
          where workspace_id = ${workspaceId} and channel_id = ${channelId} and bucket = ${bucket}`,
    );
    const left = row ? (row.resetsAt.getTime() - now.getTime()) / 1_000 : 0;
    return Math.max(1, Math.ceil(left));
  }
}

/** 65,536 counters for each channel. */
const DIGITS = 4;

function bucketOf(channelId: string, sender: string): string {
  const digest = createHash('sha256').update(`${channelId} ${networkOf(sender)}`);
  return `sender:${digest.digest('hex').slice(0, DIGITS)}`;
}

/** Whoever has an IPv6 address mostly has all of its network. */
function networkOf(sender: string): string {
  if (!ipaddr.isValid(sender)) return sender;
  const address = ipaddr.process(sender);
  if (address.kind() === 'ipv4') return address.toString();
  return address.toByteArray().slice(0, 8).join('.');
}
