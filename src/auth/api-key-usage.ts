import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Sessions } from '../db/sessions';
import { sql } from '../db/sql';
import type { Actor } from './actor';

export interface ApiKeyUsageOptions {
  sessions: Sessions;
  clock: () => Date;
  log: Pick<Logger, 'warn'>;
}

/** How exact `last_used_at` is, in milliseconds. */
const EXACTNESS = 60_000;
/** How long uses are gathered before they are written together, in milliseconds. */
const GATHER_FOR = 5_000;
const MOST_REMEMBERED = 20_000;

/** Writes when API keys were last used: at most once a minute for each, many at once, later. */
export class ApiKeyUsage {
  /** Time of the latest use noted of each key, in milliseconds since the epoch. */
  private readonly noted = new LRUCache<string, number>({ max: MOST_REMEMBERED });
  /** Uses to write: workspace, then key. */
  private gathered = new Map<string, Map<string, Date>>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: ApiKeyUsageOptions) {}

  /** Notes a use by this key; returns at once. */
  note({ id, workspaceId }: Actor): void {
    const now = this.options.clock();
    const before = this.noted.get(id);
    if (this.closed || (before !== undefined && now.getTime() - before < EXACTNESS)) return;
    this.noted.set(id, now.getTime());
    const uses = this.gathered.get(workspaceId) ?? new Map<string, Date>();
    this.gathered.set(workspaceId, uses.set(id, now));
    this.timer ??= setTimeout(() => void this.flush(), GATHER_FOR).unref();
  }

  /** Writes what is gathered; never rejects, because losing a use harms nobody. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { gathered } = this;
    this.gathered = new Map();
    this.writing = this.writing.then(async () => {
      for (const [workspaceId, uses] of gathered) await this.write(workspaceId, uses);
    });
    return this.writing;
  }

  /** Writes what is gathered, for the last time. */
  close(): Promise<void> {
    this.closed = true;
    return this.flush();
  }

  private async write(workspaceId: string, uses: ReadonlyMap<string, Date>): Promise<void> {
    try {
      // Other processes write uses of the same keys: a row that one of them holds is skipped, so that
      // two batches never wait for each other in a circle, and one that it wrote is recent enough.
      await this.options.sessions.rows(
        workspaceId,
        sql`with used as (
              select k.id, u.at
              from unnest(${[...uses.keys()]}::uuid[], ${[...uses.values()]}::timestamptz[]) u (id, at)
              join api_key k on k.workspace_id = ${workspaceId} and k.id = u.id
              where k.last_used_at is null or k.last_used_at <= u.at - ${EXACTNESS} * interval '1 ms'
              for update of k skip locked
            )
            update api_key k set last_used_at = used.at from used
            where k.workspace_id = ${workspaceId} and k.id = used.id`,
      );
    } catch (error) {
      this.options.log.warn(
        { err: error, workspaceId },
        'the last use of API keys was not written',
      );
    }
  }
}
