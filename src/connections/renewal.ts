import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ReconnectNeeded, RetryLater } from '../connectors/kit/errors';
import { advisoryLocks } from '../db/advisory-locks';
import { isConnectionLoss, queryObjects, type Session, type Sessions } from '../db/sessions';
import { sql } from '../db/sql';
import {
  openChannel,
  sealSettings,
  type ChannelKey,
  type Opening,
  type OpenChannel,
} from './open-channel';

/** Gets the settings as they are, and gives what changes; null when there is nothing to do any more. */
export type Renew = (
  settings: Readonly<Record<string, unknown>>,
) => Promise<Record<string, unknown> | null>;

export interface RenewalOptions extends Opening {
  sessions: Sessions;
  clock: () => Date;
}

/** Each renewal keeps a connection while the platform answers. */
const MOST_AT_ONCE = 3;
/** How long a renewal may take, in milliseconds; requests have shorter limits of their own. */
const LONGEST = 60_000;
/** How long one waits for those before it, in milliseconds. */
const LONGEST_WAIT = 75_000;

/**
 * Changes the settings that a connector keeps for itself, such as tokens that can be used once: one
 * process at a time for each channel, and each on the settings that the one before has left.
 *
 * The lock is the session's and not a transaction's: a platform that takes its time must not hold
 * rows. It ends with the connection, so a process that dies keeps nobody waiting.
 */
export class Renewal {
  private running = 0;

  constructor(private readonly options: RenewalOptions) {}

  /** The channel as it is afterwards. */
  async run(key: ChannelKey, renew: Renew): Promise<OpenChannel> {
    const deadline = performance.now() + LONGEST_WAIT;
    for (let pause = 20; performance.now() < deadline; pause = Math.min(pause * 1.5, 500)) {
      const done = this.running < MOST_AT_ONCE ? await this.tryOnce(key, renew) : null;
      if (done) return done;
      await delay(pause);
    }
    throw new RetryLater('The account’s tokens are being renewed by another process.');
  }

  /** Null when it is another one's turn. */
  private async tryOnce(key: ChannelKey, renew: Renew): Promise<OpenChannel | null> {
    this.running++;
    try {
      return await this.options.sessions.with(key.workspaceId, async (session) => {
        const lock = sql`${advisoryLocks.renewal}, hashtext(${key.channelId})`;
        const [row] = await queryObjects<{ taken: boolean }>(
          session,
          sql`select pg_try_advisory_lock(${lock}) as taken`,
        );
        if (!row!.taken) return null;
        try {
          return await this.renewLocked(session, key, renew);
        } finally {
          await queryObjects(session, sql`select pg_advisory_unlock(${lock})`);
        }
      });
    } finally {
      this.running--;
    }
  }

  private async renewLocked(session: Session, key: ChannelKey, renew: Renew): Promise<OpenChannel> {
    const before = await this.read(session, key);
    let change: Record<string, unknown> | null;
    try {
      change = await inTime(renew(before.channel.settings));
    } catch (error) {
      // somebody may have connected it anew while the platform refused what was there before
      const now = error instanceof ReconnectNeeded ? await this.read(session, key) : before;
      if (isDeepStrictEqual(now.channel.settings, before.channel.settings)) throw error;
      return now;
    }
    return change === null ? before : this.keep(session, key, change);
  }

  /** What the platform has given can't be had again, so a lost connection must not lose it. */
  private async keep(
    session: Session,
    key: ChannelKey,
    change: Record<string, unknown>,
  ): Promise<OpenChannel> {
    try {
      return await this.write(session, key, change);
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      const { sessions } = this.options;
      return sessions.with(key.workspaceId, (other) => this.write(other, key, change));
    }
  }

  private async write(
    session: Session,
    key: ChannelKey,
    change: Record<string, unknown>,
  ): Promise<OpenChannel> {
    await session.query('begin');
    try {
      const open = await this.read(session, key, true);
      const all = { ...open.channel.settings, ...change };
      const { manifest } = open.connector;
      const { settings, secrets } = await sealSettings(this.options.secrets, manifest, key, all);
      await queryObjects(
        session,
        sql`update channel set settings = ${settings}, secrets = ${secrets}
            where workspace_id = ${key.workspaceId} and id = ${key.channelId}`,
      );
      await session.query('commit');
      return { ...open, channel: { ...open.channel, settings: all } };
    } catch (error) {
      if (!isConnectionLoss(error)) await session.query('rollback');
      throw error;
    }
  }

  private async read(session: Session, key: ChannelKey, locked = false): Promise<OpenChannel> {
    const open = await openChannel(this.options, session, key, locked);
    if (open && open.status !== 'DISCONNECTED') return open;
    throw new ReconnectNeeded('The channel is disconnected.');
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const ending = new AbortController();
  const late = delay(LONGEST, null, { signal: ending.signal }).then(() => {
    throw new RetryLater('The account’s tokens could not be renewed in time.');
  });
  // ended by the work's own end
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    ending.abort();
  }
}
