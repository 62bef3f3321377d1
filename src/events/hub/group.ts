import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { isConnectionLoss } from '../../db/sessions';
import type { Feed, FeedPage } from '../feed';
import type { LiveOperation, Notice } from './live-operation';
import type { Member } from './member';
import type { SharedResult } from './sink';

/** How long to wait before something is tried again that failed with the database, in milliseconds. */
const RETRY_AFTER = 250;

/** Longer pages than this are read by somebody who comes from far behind, alone. */
const MOST_SHARED = 64;

/** So many results are handed over in one go. */
const BURST = 32;

/**
 * Results of late, by what makes them and position: operations that choose different events share them,
 * and subscribers that come back together.
 */
export type ResultCache = LRUCache<string, Promise<SharedResult>>;

export interface GroupOptions {
  feed: Feed;
  /** A context for executions that belong to what is new now. */
  contextFor: (operation: LiveOperation) => unknown;
  results: ResultCache;
  log: Pick<Logger, 'warn'>;
}

/**
 * Subscribers with the same operation, variables and rights. Each event is executed once for all of
 * them and written out once. Its live members go along with the head; those that come with a position
 * of their own catch up first, one page after the other as fast as they read, and then join.
 */
export class Group {
  private readonly live = new Set<Member>();
  /** Members that catch up. */
  private late = 0;
  /** Up to here the live members have everything. */
  private position: number;
  private isRunning = false;
  private beatIsDue = false;

  constructor(
    readonly operation: LiveOperation,
    private readonly options: GroupOptions,
  ) {
    this.position = options.feed.head;
  }

  get isEmpty(): boolean {
    return this.live.size === 0 && this.late === 0;
  }

  /** Takes a subscriber in, who gets what comes after its position. */
  async admit(member: Member): Promise<void> {
    this.late += 1;
    try {
      await this.catchUp(member);
      // the first notice says that the past is over; events that come meanwhile follow it
      await this.persist(member, () => this.tell(member, 'HEARTBEAT'));
      // nothing may wait between the last look at the head and the end of this
      while (!member.closed && !this.isCaughtUp(member)) await this.catchUp(member);
      if (member.closed) return;
      if (this.live.size === 0) this.position = member.position;
      this.live.add(member);
      this.wake();
    } catch (error) {
      member.fail(error);
    } finally {
      this.late -= 1;
    }
  }

  dismiss(member: Member): void {
    this.live.delete(member);
  }

  /** Has the group look for what is new. */
  wake(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run().finally(() => (this.isRunning = false));
  }

  /** Sends every live member the head, behind all that comes before it. */
  beat(): void {
    this.beatIsDue = true;
    this.wake();
  }

  /** Tells every member that events are gone which it never got. */
  async resync(): Promise<void> {
    const notice = await this.notice('RESYNC_REQUIRED', this.position);
    for (const member of [...this.live]) member.hand(notice);
  }

  private async run(): Promise<void> {
    while (this.live.size > 0) {
      try {
        if (this.position < this.options.feed.head) await this.follow();
        else if (this.beatIsDue) await this.sendBeat();
        else return;
      } catch (error) {
        if (isConnectionLoss(error)) await this.waitForDatabase(error);
        else for (const member of [...this.live]) member.fail(error);
      }
    }
  }

  private async follow(): Promise<void> {
    const { feed } = this.options;
    const page = await feed.page(this.position, this.operation.scope);
    if (!page) {
      this.position = feed.head;
      return this.resync();
    }
    const results = await this.resultsOf(page);
    for (const [index, result] of results.entries()) {
      // a burst gets time to reach the network, or quick readers would look slow
      if (index > 0 && index % BURST === 0) await nextTurn();
      for (const member of this.live) member.hand(result);
    }
    for (const member of this.live) member.pass(page.upTo);
    this.position = page.upTo;
  }

  private async sendBeat(): Promise<void> {
    this.beatIsDue = false;
    const { position } = this;
    const notice = await this.notice('HEARTBEAT', position);
    for (const member of this.live) if (member.position <= position) member.hand(notice);
  }

  /** Brings a member to the head, page by page; the next one is read while one is handed over. */
  private async catchUp(member: Member): Promise<void> {
    const { feed } = this.options;
    const { scope } = this.operation;
    let ahead: { after: number; page: Promise<FeedPage | null> } | null = null;
    while (!member.closed && !this.isCaughtUp(member)) {
      await member.sink.drained();
      await this.persist(member, async () => {
        const { position: after } = member;
        // after a failure, what was read ahead is not what comes next
        const reading = ahead?.after === after ? ahead.page : feed.page(after, scope);
        ahead = null;
        const page = await reading;
        if (!page) {
          member.position = feed.head;
          return this.tell(member, 'RESYNC_REQUIRED');
        }
        if (page.upTo < feed.head) {
          ahead = { after: page.upTo, page: feed.page(page.upTo, scope) };
          // whoever awaits it learns of its failure, if it is ever awaited
          ahead.page.catch(() => undefined);
        }
        for (const result of await this.resultsOf(page)) await handInTime(member, result);
        member.pass(page.upTo);
      });
    }
  }

  private isCaughtUp({ position, sink }: Member): boolean {
    return position >= this.options.feed.head && !sink.isFull();
  }

  /** Does something for a member, again and again while the database is away. */
  private async persist(member: Member, work: () => Promise<void>): Promise<void> {
    while (!member.closed) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        await this.waitForDatabase(error);
      }
    }
  }

  private async waitForDatabase(error: unknown): Promise<void> {
    this.options.log.warn({ err: error }, 'events could not be delivered; trying again');
    await delay(RETRY_AFTER);
  }

  private async tell(member: Member, kind: Notice): Promise<void> {
    await handInTime(member, await this.notice(kind, member.position));
  }

  private notice(kind: Notice, position: number): Promise<SharedResult> {
    const { operation } = this;
    return this.recall(`${operation.resultKey} ${kind} ${position}`, async () => {
      const item = operation.notice(kind, position);
      return shared(null, await operation.execute(item, this.options.contextFor(operation)));
    });
  }

  /** The results of a page's events, in order; those that don't concern the group are left out. */
  private async resultsOf({ events }: FeedPage): Promise<SharedResult[]> {
    if (events.length === 0) return [];
    const { operation } = this;
    const isShared = events.length <= MOST_SHARED;
    const context = isShared ? this.options.contextFor(operation) : operation.openContext();
    const items = await operation.select(events, context);
    const results = items.map((item, index) => {
      if (item === null) return Promise.resolve(null);
      const { position } = events[index]!;
      const make = async () => shared(position, await operation.execute(item, context));
      return isShared ? this.recall(`${operation.resultKey} ${position}`, make) : make();
    });
    return (await Promise.all(results)).filter((result) => result !== null);
  }

  /** What is there already, for another group or for somebody who came a moment earlier, or is made now. */
  private recall(key: string, make: () => Promise<SharedResult>): Promise<SharedResult> {
    const { results } = this.options;
    const known = results.get(key);
    if (known) return known;
    const promise = make();
    results.set(key, promise);
    promise.catch(() => results.delete(key));
    return promise;
  }
}

/** Hands a result over as soon as the peer has read enough for it. */
async function handInTime(member: Member, result: SharedResult): Promise<void> {
  if (member.sink.isFull()) await member.sink.drained();
  member.hand(result);
}

function shared(position: number | null, json: string): SharedResult {
  return { position, json, bytes: Buffer.from(json) };
}
