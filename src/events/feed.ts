import type { Logger } from 'pino';
import type { Sessions } from '../db/sessions';
import { readHead, readLog, type LogBounds, type StoredEvent } from './log';
import type { Scope } from './hub/live-operation';

/** Most events that one read of the log brings. */
const PAGE = 500;
/** How many events a feed keeps in memory, so that nobody has to read them again. */
const REMEMBERED = 4_096;

export interface FeedOptions {
  sessions: Sessions;
  log: Pick<Logger, 'warn'>;
  /** Told of new events, in order and without gaps. */
  onEvents: (events: readonly StoredEvent[]) => void;
  /** Told that retention has overtaken this process: events are gone that it never saw. */
  onGap: () => void;
}

/** Events after a position, and how far the log was looked through for them. */
export interface FeedPage {
  events: readonly StoredEvent[];
  upTo: number;
}

/**
 * The log of one workspace as this process follows it: reads what is new once for everybody, and
 * remembers the latest. Whoever tells it of new events may do so late, twice or never: positions are
 * dense, so it sees what it lacks and reads that from the log.
 */
export class Feed {
  /** The position of the last event that was read. */
  head = 0;
  private told = 0;
  private isOpen = false;
  private reading: Promise<void> | null = null;
  private recent: StoredEvent[] = [];

  constructor(
    readonly workspaceId: string,
    private readonly options: FeedOptions,
  ) {}

  /** Begins to follow at the present head. */
  async open(): Promise<void> {
    const { head } = await this.bounds();
    this.head = head;
    this.isOpen = true;
    this.advance(this.told);
  }

  /** Takes note that the log has got so far. */
  advance(head: number): void {
    if (head > this.told) this.told = head;
    if (!this.isOpen || this.told <= this.head || this.reading) return;
    this.reading = this.read().finally(() => (this.reading = null));
  }

  /** Takes new events that came by another way than the log. */
  push(events: readonly StoredEvent[]): void {
    const news = events.filter(({ position }) => position > this.head);
    const last = news.at(-1);
    if (!last) return;
    if (this.isOpen && !this.reading && isWhole(news, this.head)) this.accept(news);
    else this.advance(last.position);
  }

  /** Where the log begins and ends, asked of the database. */
  bounds(): Promise<LogBounds> {
    const { workspaceId } = this;
    return this.options.sessions.with(workspaceId, (session) => readHead(session, workspaceId));
  }

  /**
   * Events after a position up to the head, a page at most; null when retention has removed some of
   * them. Of a scope, only its events.
   */
  async page(after: number, scope: Scope): Promise<FeedPage | null> {
    return this.remembered(after, scope) ?? (await this.stored(after, scope));
  }

  private remembered(after: number, { conversationId, customerId }: Scope): FeedPage | null {
    const first = this.recent[0]?.position ?? this.head + 1;
    if (after + 1 < first) return null;
    const start = after + 1 - first;
    const slice = this.recent.slice(start, start + PAGE);
    const events = slice.filter(
      (event) =>
        (conversationId === undefined || event.conversationId === conversationId) &&
        (customerId === undefined || event.customerId === customerId),
    );
    return { events, upTo: slice.at(-1)?.position ?? this.head };
  }

  private async stored(after: number, scope: Scope): Promise<FeedPage | null> {
    const { workspaceId, head } = this;
    const { sessions } = this.options;
    const isScoped = scope.conversationId !== undefined || scope.customerId !== undefined;
    return sessions.with(workspaceId, async (session) => {
      const page = { after, upTo: head, limit: PAGE, ...scope };
      const events = await readLog(session, workspaceId, page);
      const last = events.at(-1);
      if (!isScoped) return isWhole(events, after) ? { events, upTo: last!.position } : null;
      if ((await readHead(session, workspaceId)).oldest > after + 1) return null;
      return { events, upTo: events.length === PAGE ? last!.position : head };
    });
  }

  private async read(): Promise<void> {
    try {
      while (this.told > this.head) {
        const { sessions } = this.options;
        const { workspaceId, head: after } = this;
        const events = await sessions.with(workspaceId, (session) =>
          readLog(session, workspaceId, { after, limit: PAGE }),
        );
        if (isWhole(events, after)) this.accept(events);
        else if (!(await this.skip())) return;
      }
    } catch (error) {
      this.options.log.warn({ err: error }, 'the event log could not be read; trying again');
    }
  }

  /** Goes on behind a gap; false when there is none, and events were announced too early. */
  private async skip(): Promise<boolean> {
    const { head, oldest } = await this.bounds();
    if (oldest <= this.head + 1) return false;
    this.recent = [];
    this.head = head;
    this.options.onGap();
    return true;
  }

  private accept(events: readonly StoredEvent[]): void {
    this.recent.push(...events);
    if (this.recent.length > 2 * REMEMBERED) this.recent = this.recent.slice(-REMEMBERED);
    this.head = events.at(-1)!.position;
    this.options.onEvents(events);
  }
}

/** Whether events follow a position without a gap. */
function isWhole(events: readonly StoredEvent[], after: number): boolean {
  return events.length > 0 && events.at(-1)!.position === after + events.length;
}
