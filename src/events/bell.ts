import type { Pool } from 'pg';

/** The channel on which processes tell the sequencer that the outbox has something. */
export const OUTBOX_CHANNEL = 'parley_outbox';

/**
 * Tells the sequencer, in whatever process it runs, that a command has committed. It is rung after the
 * commit and on a connection of its own: a NOTIFY within the command's transaction would have all
 * commits of the database wait for each other. Rings while one is under way become one more. A ring
 * that gets lost costs a moment, because the sequencer also looks by itself.
 */
export class OutboxBell {
  private ringing = false;
  private again = false;
  /** The sequencer of this process, where there is one. */
  private near: { ring(): void; readonly isLeader: boolean } | null = null;

  constructor(private readonly pool: Pool) {}

  /** Has the sequencer of this process told without a detour while it leads. */
  attach(sequencer: { ring(): void; readonly isLeader: boolean }): void {
    this.near = sequencer;
  }

  /** Returns at once; never fails. */
  ring(): void {
    if (this.near?.isLeader) return this.near.ring();
    this.again = true;
    if (!this.ringing) void this.send();
  }

  private async send(): Promise<void> {
    this.ringing = true;
    try {
      while (this.again) {
        this.again = false;
        await this.pool.query(`notify ${OUTBOX_CHANNEL}`);
      }
    } catch {
      // the database is away: the sequencer looks when it is back
    } finally {
      this.ringing = false;
    }
  }
}
