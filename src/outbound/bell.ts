import type { Pool } from 'pg';

/** The notice that there may be something to send. */
export const OUTBOUND_CHANNEL = 'parley_outbound';

/** The commands after which there may be. */
const commands = new Set([
  'messageSend',
  'messageReplyPrivately',
  'messageSendRetry',
  'channelConnect',
  'channelResume',
  'channelUpdate',
  'channelDisconnect',
]);

/**
 * Tells whoever sends that there is something to send. It is rung after the commit and on a connection
 * of its own: a NOTIFY within the command's transaction would have all commits of the database wait
 * for each other. A ring that gets lost costs a moment, because senders also look by themselves.
 */
export class OutboundBell {
  private near: (() => void) | null = null;
  private ringing = false;
  private again = false;

  constructor(private readonly pool: Pool) {}

  /** Has the sender of this process told without a detour. */
  attach(near: (() => void) | null): void {
    this.near = near;
  }

  /** Rings after a command that may have left something to send; returns at once, never fails. */
  after(command: string): void {
    if (!commands.has(command)) return;
    // whoever is near takes it; others would come too late
    if (this.near) return this.near();
    this.again = true;
    if (!this.ringing) void this.send();
  }

  private async send(): Promise<void> {
    this.ringing = true;
    try {
      while (this.again) {
        this.again = false;
        await this.pool.query(`notify ${OUTBOUND_CHANNEL}`);
      }
    } catch {
      // the database is away: the senders look when it is back
    } finally {
      this.ringing = false;
    }
  }
}
