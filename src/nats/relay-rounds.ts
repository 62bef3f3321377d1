import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { StoredEvent } from '../events/log';
import type { Publisher } from './publisher';
import { LOG_PAGE, SWEEP_PAGE, type RelayLog } from './relay-log';

/** Below the id of every workspace. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Most workspaces whose events one round takes. */
const MOST_WORKSPACES = 50;

/** How many workspaces' cursors are kept in memory. */
const MOST_CURSORS = 10_000;

/**
 * What the leading relay does over and over: reads what is new, publishes it, notes how far it came.
 * Workspaces take turns, so that none with a long backlog holds up the others, and a round takes so
 * many events that memory stays the same however long the backlog is.
 */
export class RelayRounds {
  /** Workspaces that are behind, the one to be served next first, with their heads. */
  private readonly heads = new Map<string, number>();
  /** Up to where workspaces have been read. */
  private readonly cursors = new LRUCache<string, number>({ max: MOST_CURSORS });
  /** What was read already, to be published next. */
  private ahead: StoredEvent[] = [];
  /** After which workspace to look on for those that are behind; null when all have been looked at. */
  private sweepAfter: string | null = FIRST;

  constructor(
    private readonly source: RelayLog,
    private readonly target: Publisher,
    private readonly log: Pick<Logger, 'warn' | 'debug'>,
  ) {}

  /** Whether nothing is known that is left to do. */
  get isIdle(): boolean {
    return this.heads.size === 0 && this.ahead.length === 0 && this.sweepAfter === null;
  }

  /** Takes note of new heads; null: any workspace may have one. */
  note(heads: ReadonlyMap<string, number> | null): void {
    if (heads === null) this.sweepAfter = FIRST;
    for (const [id, head] of heads ?? []) this.behind(id, head);
  }

  /** One round: publishes what was read, and reads on meanwhile. After a failure another one begins anew. */
  async run(): Promise<void> {
    const window = this.ahead.length > 0 ? this.ahead : await this.read();
    this.ahead = [];
    if (window.length === 0) return;
    const [duplicates, ahead] = await Promise.all([this.target.publish(window), this.read()]);
    this.ahead = ahead;
    if (duplicates > 0) this.log.debug({ duplicates }, 'NATS had these events already');
    // positions ascend, so the last of each workspace stays
    await this.source.advance(
      new Map(window.map(({ workspaceId, position }) => [workspaceId, position])),
    );
  }

  private behind(workspaceId: string, head: number): void {
    if (head > (this.heads.get(workspaceId) ?? 0)) this.heads.set(workspaceId, head);
  }

  private async sweep(after: string): Promise<void> {
    this.sweepAfter = null;
    const found = await this.source.findBehind(after);
    for (const [id, { head, cursor }] of found) {
      this.behind(id, head);
      // what is in flight was read already
      if (!this.cursors.has(id)) this.cursors.set(id, cursor);
    }
    // meanwhile somebody may have asked for all of them again
    if (found.size === SWEEP_PAGE) this.sweepAfter ??= [...found.keys()].at(-1)!;
  }

  private async read(): Promise<StoredEvent[]> {
    if (this.sweepAfter !== null && this.heads.size < SWEEP_PAGE) await this.sweep(this.sweepAfter);
    const ids = [...this.heads.keys()].slice(0, MOST_WORKSPACES);
    await this.loadCursors(ids);
    const window: StoredEvent[] = [];
    for (const id of ids) {
      if (window.length >= LOG_PAGE) break;
      window.push(...(await this.readNext(id, this.cursors.get(id)!)));
    }
    return window;
  }

  private async loadCursors(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.cursors.has(id));
    if (unknown.length === 0) return;
    for (const [id, cursor] of await this.source.readCursors(unknown)) this.cursors.set(id, cursor);
  }

  /** The next events of a workspace, if it has any. */
  private async readNext(id: string, cursor: number): Promise<StoredEvent[]> {
    const told = this.heads.get(id)!;
    const isBehind = cursor < told;
    const events = isBehind ? await this.source.read(id, cursor) : [];
    const [first] = events;
    if (first && first.position > cursor + 1) this.tellGap(id, cursor, first.position);
    if (isBehind && !first) await this.skip(id, cursor);
    const reached = events.at(-1)?.position ?? told;
    if (first) this.cursors.set(id, reached);
    const head = this.heads.get(id)!;
    // whoever has more takes its place at the end
    this.heads.delete(id);
    if (head > reached) this.heads.set(id, head);
    return events;
  }

  /** Goes on behind what retention has removed, where it has removed everything. */
  private async skip(id: string, cursor: number): Promise<void> {
    const { oldest } = await this.source.bounds(id);
    if (oldest <= cursor + 1) return;
    this.tellGap(id, cursor, oldest);
    this.cursors.set(id, oldest - 1);
    await this.source.advance(new Map([[id, oldest - 1]]));
  }

  private tellGap(workspaceId: string, cursor: number, next: number): void {
    // what was gone before the first event was relayed is not missed
    if (cursor === 0) return;
    this.log.warn(
      { workspaceId, from: cursor + 1, to: next - 1 },
      'retention removed events before they could be relayed to NATS',
    );
  }
}
