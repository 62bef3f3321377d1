import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { INBOUND_CHANNEL } from '../domain/delivery/wake-processor';

/** A channel by its key. */
export interface ChannelRef {
  workspaceId: string;
  channelId: string;
}

/** A payload may have 8,000 bytes; more channels than these are found by looking. */
const MOST_NAMED = 90;

/**
 * Tells whoever processes deliveries that there are new ones. It is rung after the commit and on a
 * connection of its own: a NOTIFY within the transaction would have all commits of the database wait
 * for each other. A ring that gets lost costs a moment, because the processors also look by themselves.
 */
export class InboundBell {
  readonly id = randomUUID();
  private readonly rung = new Map<string, ChannelRef>();
  private ringing = false;
  private near: ((channel: ChannelRef) => void) | null = null;

  constructor(private readonly pool: Pool) {}

  /** Has the processor of this process told without a detour; the others hear it as ever. */
  attach(near: ((channel: ChannelRef) => void) | null): void {
    this.near = near;
  }

  /** Returns at once; never fails. */
  ring(channel: ChannelRef): void {
    this.near?.(channel);
    this.rung.set(nameOf(channel), channel);
    if (!this.ringing) void this.send();
  }

  private async send(): Promise<void> {
    this.ringing = true;
    try {
      while (this.rung.size > 0) {
        const names = [...this.rung.keys()];
        this.rung.clear();
        const payload = [this.id, ...(names.length <= MOST_NAMED ? names : [])].join(' ');
        await this.pool.query('select pg_notify($1, $2)', [INBOUND_CHANNEL, payload]);
      }
    } catch {
      // the database is away: the processors look when it is back
      this.rung.clear();
    } finally {
      this.ringing = false;
    }
  }
}

/** The channels that a notice names behind who sent it, none where that are we; null where any may be meant. */
export function channelsOfNotice(payload: string, own: InboundBell): ChannelRef[] | null {
  const [from, ...names] = payload.split(' ');
  if (from === own.id) return [];
  if (names.length === 0) return null;
  return names.map((name) => {
    const [workspaceId = '', channelId = ''] = name.split('/');
    return { workspaceId, channelId };
  });
}

/** Tells a channel from all others. */
export function nameOf({ workspaceId, channelId }: ChannelRef): string {
  return `${workspaceId}/${channelId}`;
}
