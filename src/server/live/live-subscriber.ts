import { setTimeout as delay } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import type { Actor } from '../../auth/actor';
import { isConnectionLoss } from '../../db/sessions';
import type { SharedResult, Sink, Subscription } from '../../events/hub/sink';
import { Refused, type Operation, type Operations } from '../operations';
import type { LiveOperations } from './live-operations';

/** Where a subscription's results go, and what is told of its end. */
export interface Outlet {
  /** As of {@link Sink}, all three. */
  next(result: SharedResult): void;
  isFull(): boolean;
  drained(): Promise<void>;
  /** It is over, because the peer reads too slowly. */
  overflow(resumeAfter: number | null): void;
  /** It is over, for these reasons. */
  refuse(errors: readonly GraphQLError[]): void;
}

/** Pause before another try to subscribe while the database is away, in milliseconds. */
const RETRY_AFTER = 250;

/** One subscription of one caller. It outlives changes of the caller's rights: it begins anew where it was. */
export class LiveSubscriber {
  private current: Attempt | null = null;
  private isOver = false;

  constructor(
    private readonly options: { operations: Operations; live: LiveOperations },
    private readonly operation: Operation,
    private readonly outlet: Outlet,
  ) {}

  /** The position to resume after; null when there is none. */
  get position(): number | null {
    return this.current?.position ?? null;
  }

  /** Begins, or begins anew, with the rights of an actor; what stands against it the outlet is told. */
  async follow(actor: Actor): Promise<void> {
    if (this.isOver) return;
    const { position: after } = this;
    this.current?.close();
    const attempt = new Attempt(this.outlet, after, () => this.leave(attempt));
    this.current = attempt;
    try {
      const ready = this.options.operations.check(this.operation, actor);
      if (ready instanceof Refused) attempt.refuse(ready.errors);
      else await attempt.persist(() => this.options.live.subscribe(ready, actor, attempt, after));
    } catch (error) {
      attempt.fail(error);
    }
  }

  /** Ends it; nothing is handed over afterwards. */
  end(): void {
    this.isOver = true;
    this.current?.close();
  }

  private leave(attempt: Attempt): void {
    if (this.current === attempt) this.isOver = true;
  }
}

/** A subscription under unchanging rights. */
class Attempt implements Sink {
  private subscription: Subscription | null = null;
  private handed: number | null;
  private isClosed = false;

  constructor(
    private readonly outlet: Outlet,
    after: number | null,
    private readonly onEnd: () => void,
  ) {
    this.handed = after;
  }

  get position(): number | null {
    const considered = this.subscription?.position ?? null;
    if (considered === null || this.handed === null) return considered ?? this.handed;
    return Math.max(considered, this.handed);
  }

  /** Subscribes, again and again while the database is away. */
  async persist(subscribe: () => Promise<Subscription>): Promise<void> {
    while (!this.isClosed) {
      try {
        const subscription = await subscribe();
        if (this.isClosed) subscription.close();
        this.subscription = subscription;
        return;
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        await delay(RETRY_AFTER);
      }
    }
  }

  close(): void {
    this.isClosed = true;
    this.subscription?.close();
  }

  next(result: SharedResult): void {
    if (this.isClosed) return;
    if (result.position !== null) this.handed = result.position;
    this.outlet.next(result);
  }

  isFull(): boolean {
    return this.outlet.isFull();
  }

  drained(): Promise<void> {
    return this.outlet.drained();
  }

  overflow(): void {
    if (this.isClosed) return;
    this.finish();
    this.outlet.overflow(this.position);
  }

  fail(error: unknown): void {
    this.refuse([asGraphqlError(error)]);
  }

  refuse(errors: readonly GraphQLError[]): void {
    if (this.isClosed) return;
    this.finish();
    this.outlet.refuse(errors);
  }

  private finish(): void {
    this.close();
    this.onEnd();
  }
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
