import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { queryObjects } from '../db/sessions';
import { empty, raw, sql } from '../db/sql';
import type { UnitOfWork } from '../db/unit-of-work';
import { globalId } from '../domain/kit/ids';
import { NIL_UUID } from '../domain/kit/input';
import { dispatchEndpoint, type DispatchLimits, type EndpointKey } from './dispatch-endpoint';
import { Rounds } from '../jobs/rounds';

/** How often the dispatcher looks at all endpoints by itself, in milliseconds. */
const LOOK_EVERY = 1_000;
/** How many endpoints that are behind it finds at once. */
const PAGE = 100;

export interface DispatcherOptions {
  pool: Pool;
  units: UnitOfWork;
  clock: () => Date;
  log: Pick<Logger, 'info' | 'warn'>;
  limits: DispatchLimits;
  /** Told that there are new deliveries. */
  onDeliveries: () => void;
}

/** Brings every endpoint up to the head of its log. */
export class Dispatcher {
  private readonly rounds: Rounds;
  /** The workspaces whose logs have grown. */
  private grown = new Set<string>();
  /** When it has to look at all workspaces, in case that it was not told of one. */
  private nextFullLook = 0;

  constructor(private readonly options: DispatcherOptions) {
    this.rounds = new Rounds({
      round: () => this.round(),
      every: LOOK_EVERY,
      onError: (err) => options.log.warn({ err }, 'webhooks could not be dispatched'),
    });
  }

  start(): void {
    this.rounds.start();
  }

  /** @param heads of the logs that have grown; absent: any may have. */
  wake(heads?: ReadonlyMap<string, number>): void {
    if (!heads) this.nextFullLook = 0;
    for (const id of heads?.keys() ?? []) this.grown.add(id);
    this.rounds.wake();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Whether endpoints may be behind that could be brought up. */
  async isBusy(): Promise<boolean> {
    return this.rounds.isBusy || (await this.findBehind(null, null)).length > 0;
  }

  private async round(): Promise<void> {
    const isFull = performance.now() >= this.nextFullLook;
    if (isFull) this.nextFullLook = performance.now() + LOOK_EVERY;
    const among = isFull ? null : [...this.grown];
    this.grown = new Set();
    let last: EndpointKey | null = null;
    let found: EndpointKey[];
    do {
      found = await this.findBehind(among, last);
      last = found.at(-1) ?? null;
      await this.bringUp(found);
    } while (found.length === PAGE);
  }

  /** One step for each in turn, so that one that is far behind does not hold up the others. */
  private async bringUp(endpoints: readonly EndpointKey[]): Promise<void> {
    let behind = [...endpoints];
    while (behind.length > 0) {
      const further: EndpointKey[] = [];
      for (const endpoint of behind) if (await this.step(endpoint)) further.push(endpoint);
      behind = further;
    }
  }

  private async step(endpoint: EndpointKey): Promise<boolean> {
    const { units, limits, clock, log, onDeliveries } = this.options;
    const dispatched = await dispatchEndpoint(units, endpoint, limits, clock());
    if (!dispatched) return false;
    const { made, hasMore, missedBefore } = dispatched;
    if (made > 0) onDeliveries();
    if (missedBefore !== null) {
      const id = globalId('WebhookEndpoint', endpoint.id);
      log.warn({ endpoint: id, missedBefore }, 'a webhook endpoint was behind retention');
    }
    return hasMore;
  }

  private async findBehind(
    among: readonly string[] | null,
    after: EndpointKey | null,
  ): Promise<EndpointKey[]> {
    const { workspaceId, id } = after ?? { workspaceId: NIL_UUID, id: NIL_UUID };
    return queryObjects<EndpointKey & Record<string, unknown>>(
      this.options.pool,
      sql`select e.workspace_id as "workspaceId", e.id
          from webhook_endpoint e join event_head h on h.workspace_id = e.workspace_id
          where e.status = 'ENABLED' and e.deleted_at is null and e.position < h.position
            and (e.workspace_id, e.id) > (${workspaceId}, ${id})
            ${among ? sql`and e.workspace_id = any(${among}::uuid[])` : empty}
          order by e.workspace_id, e.id limit ${raw(String(PAGE))}`,
    );
  }
}
