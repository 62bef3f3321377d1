import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Sessions } from '../../db/sessions';
import { BadArgument } from '../../domain/kit/errors';
import type { StoredEvent } from '../log';
import type { ResultCache } from './group';
import type { LiveOperation } from './live-operation';
import { Room } from './room';
import type { SharedResult, Sink, Subscription } from './sink';

export interface HubOptions {
  sessions: Sessions;
  log: Pick<Logger, 'warn'>;
  /** How often live subscribers are told the head, in milliseconds. */
  heartbeatMs: number;
  /** Told of an API key that the log says is revoked, before any later event goes out. */
  onRevoked?: (apiKeyId: string) => void;
}

/** How long results are kept for subscribers that come a moment later, in milliseconds. */
const KEEP_RESULTS = 2_000;
const MOST_RESULTS = 50_000;

/**
 * Brings the log to the subscribers of this process: one feed for each workspace that somebody
 * follows, one execution and one serialised result for each event and group of equal subscribers.
 */
export class Hub {
  private readonly rooms = new Map<string, Room>();
  private readonly results: ResultCache = new LRUCache<string, Promise<SharedResult>>({
    max: MOST_RESULTS,
    ttl: KEEP_RESULTS,
    ttlResolution: 500,
  });
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: HubOptions) {
    this.timer = setInterval(() => this.beat(), options.heartbeatMs).unref();
  }

  /** The workspaces that somebody follows here. */
  get workspaceIds(): string[] {
    return [...this.rooms.keys()];
  }

  /**
   * Begins to hand the operation's results to a sink: those after its position, then what is new.
   * @throws BadArgument for a position that lies in the future.
   */
  async subscribe(operation: LiveOperation, sink: Sink): Promise<Subscription> {
    const { after } = operation;
    const room = await this.enter(operation.actor.workspaceId);
    try {
      const head = after === null ? 0 : await room.headFor(after);
      if (after !== null && after > head) {
        throw new BadArgument(['after'], `is ${after}, but the log ends at ${head} so far`);
      }
      return room.subscribe(operation, sink);
    } finally {
      room.leave();
    }
  }

  /** Takes note of heads of workspaces; those that nobody follows are passed over. */
  advance(heads: ReadonlyMap<string, number>): void {
    for (const [workspaceId, head] of heads) this.rooms.get(workspaceId)?.feed.advance(head);
  }

  /** Takes events that came by another way than the database. */
  push(events: readonly StoredEvent[]): void {
    const byWorkspace = new Map<string, StoredEvent[]>();
    for (const event of events) {
      const list = byWorkspace.get(event.workspaceId);
      if (list) list.push(event);
      else byWorkspace.set(event.workspaceId, [event]);
    }
    for (const [workspaceId, list] of byWorkspace) this.rooms.get(workspaceId)?.feed.push(list);
  }

  close(): void {
    clearInterval(this.timer);
    for (const room of this.rooms.values()) room.close();
    this.rooms.clear();
  }

  /** The room of a workspace, held open until it is left. */
  private async enter(workspaceId: string): Promise<Room> {
    let room = this.rooms.get(workspaceId);
    if (!room) {
      const { sessions, log, onRevoked } = this.options;
      const { results } = this;
      const made = new Room(workspaceId, {
        ...{ sessions, log, onRevoked, results },
        onEmpty: () => {
          if (this.rooms.get(workspaceId) === made) this.rooms.delete(workspaceId);
        },
      });
      this.rooms.set(workspaceId, (room = made));
    }
    await room.enter();
    return room;
  }

  private beat(): void {
    for (const room of this.rooms.values()) room.beat();
  }
}
