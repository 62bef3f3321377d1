import type { Logger } from 'pino';
import type { Sessions } from '../../db/sessions';
import { Feed } from '../feed';
import type { StoredEvent } from '../log';
import { Group, type ResultCache } from './group';
import type { LiveOperation } from './live-operation';
import { Member } from './member';
import type { Sink, Subscription } from './sink';

/** How long executions share what they have read, in milliseconds. */
const KEEP_CONTEXT = 250;

export interface RoomOptions {
  sessions: Sessions;
  log: Pick<Logger, 'warn'>;
  results: ResultCache;
  onRevoked?: (apiKeyId: string) => void;
  /** Told when nobody is left. */
  onEmpty: () => void;
}

/** The subscribers of one workspace, and the feed that they share. */
export class Room {
  readonly feed: Feed;
  private readonly groups = new Map<string, Group>();
  /** Groups that look at every event, and those that go by one conversation or customer. */
  private readonly general = new Set<Group>();
  private readonly scoped = new Map<string, Set<Group>>();
  /** Contexts of executions that belong to the present head, by rights. */
  private readonly contexts = new Map<string, { context: unknown; openedAt: number }>();
  /** Callers that are about to subscribe. */
  private visitors = 0;
  private opening: Promise<void> | undefined;

  constructor(
    workspaceId: string,
    private readonly options: RoomOptions,
  ) {
    const { sessions, log } = options;
    this.feed = new Feed(workspaceId, {
      sessions,
      log,
      onEvents: (events) => this.spread(events),
      onGap: () => this.eachGroup((group) => void group.resync()),
    });
  }

  /** Keeps the room open until {@link leave}; resolves when its feed follows the log. */
  async enter(): Promise<void> {
    this.visitors += 1;
    try {
      await (this.opening ??= this.feed.open());
    } catch (error) {
      this.opening = undefined;
      this.leave();
      throw error;
    }
  }

  leave(): void {
    this.visitors -= 1;
    this.closeIfEmpty();
  }

  /** The head, asked of the database where a position is past what has been read here. */
  async headFor(position: number): Promise<number> {
    if (position <= this.feed.head) return this.feed.head;
    const { head } = await this.feed.bounds();
    this.feed.advance(head);
    return head;
  }

  subscribe(operation: LiveOperation, sink: Sink): Subscription {
    const group = this.groups.get(operation.key) ?? this.makeGroup(operation);
    const member = new Member(operation.after ?? this.feed.head, sink, (closed) => {
      group.dismiss(closed);
      this.dropIfEmpty(group);
    });
    void group.admit(member).then(() => this.dropIfEmpty(group));
    return member;
  }

  beat(): void {
    this.eachGroup((group) => group.beat());
  }

  close(): void {
    this.groups.clear();
    this.general.clear();
    this.scoped.clear();
  }

  private makeGroup(operation: LiveOperation): Group {
    const { log, results } = this.options;
    const group = new Group(operation, {
      feed: this.feed,
      contextFor: (asking) => this.contextFor(asking),
      results,
      log,
    });
    this.groups.set(operation.key, group);
    for (const place of this.placesOf(operation)) place.add(group);
    return group;
  }

  private dropIfEmpty(group: Group): void {
    const { operation } = group;
    if (!group.isEmpty || this.groups.get(operation.key) !== group) return;
    this.groups.delete(operation.key);
    for (const place of this.placesOf(operation)) place.delete(group);
    for (const id of idsOf(operation)) if (this.scoped.get(id)?.size === 0) this.scoped.delete(id);
    this.closeIfEmpty();
  }

  private closeIfEmpty(): void {
    if (this.groups.size === 0 && this.visitors === 0) this.options.onEmpty();
  }

  private placesOf(operation: LiveOperation): Set<Group>[] {
    const ids = idsOf(operation);
    if (ids.length === 0) return [this.general];
    return ids.map((id) => {
      const place = this.scoped.get(id) ?? new Set<Group>();
      this.scoped.set(id, place);
      return place;
    });
  }

  /** Wakes the groups that events can concern. */
  private spread(events: readonly StoredEvent[]): void {
    this.contexts.clear();
    for (const { type, subjectId } of events) {
      if (type === 'api_key.revoked') this.options.onRevoked?.(subjectId);
    }
    for (const group of this.general) group.wake();
    if (this.scoped.size === 0) return;
    for (const { conversationId, customerId } of events) {
      for (const id of [conversationId, customerId]) {
        if (id) this.scoped.get(id)?.forEach((group) => group.wake());
      }
    }
  }

  private contextFor(operation: LiveOperation): unknown {
    const now = performance.now();
    const known = this.contexts.get(operation.rights);
    if (known && now - known.openedAt < KEEP_CONTEXT) return known.context;
    const context = operation.openContext();
    this.contexts.set(operation.rights, { context, openedAt: now });
    return context;
  }

  private eachGroup(act: (group: Group) => void): void {
    for (const group of [...this.groups.values()]) act(group);
  }
}

function idsOf({ scope: { conversationId, customerId } }: LiveOperation): string[] {
  return [conversationId, customerId].filter((id) => id !== undefined);
}
