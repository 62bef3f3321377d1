import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import type { Actor } from '../../auth/actor';
import type { Credentials } from '../../auth/authenticate';
import { Refusal } from '../../auth/refusals';
import { RequestContext, type RequestServices } from '../../domain/kit/request-context';
import { refusal } from '../failures';
import type { Guest, LiveAdmissions, Stay, Unconfirmed } from '../live/live-admissions';
import { LONGEST_ID, MOST_OPERATIONS, type LiveLimits } from '../live/live-limits';
import type { LiveOperations } from '../live/live-operations';
import { LiveSubscriber } from '../live/live-subscriber';
import { Refused, type Operations, type ReadyOperation } from '../operations';
import { CloseCode, closeFor, slowConsumer, type Close } from './close-codes';
import { FrameWriter } from './frame-writer';
import { SocketSubscription } from './socket-subscription';

/** What sockets are served with; the same for all of them. */
export interface SocketServices {
  operations: Operations;
  live: LiveOperations;
  admissions: LiveAdmissions;
  services: RequestServices;
  limits: LiveLimits;
  log: Pick<Logger, 'error'>;
}

/** An operation that runs on a socket. */
export interface SocketOperation {
  id: string;
  requestId: string;
  ready: ReadyOperation;
  /** Present in a subscription. */
  subscriber?: LiveSubscriber;
}

/** What graphql-ws hands back to have an operation run. */
export interface RunningOperation {
  connection: SocketConnection;
  operation: SocketOperation;
}

/** One client on a WebSocket: who it is, and what it runs. */
export class SocketConnection implements Guest {
  readonly writer: FrameWriter;
  /** How much the peer had sent by the last ping. */
  private readByPing = -1;
  private wasFull = false;
  private stay: Stay | null = null;
  private readonly running = new Map<string, SocketOperation>();

  /** @param headers what the upgrade request says about the caller, for clients that can't say it later. */
  constructor(
    readonly ws: WebSocket,
    private readonly socket: Socket,
    private readonly headers: Credentials,
    private readonly shared: SocketServices,
  ) {
    this.writer = new FrameWriter(ws, socket, shared.limits.bufferBytes);
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  /** Admits the client by what it says in connection_init, or closes the socket. */
  async admit(params: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
    try {
      const stay = await this.shared.admissions.admit(credentialsIn(params, this.headers), this);
      if (!this.isOpen) {
        stay.leave();
        return false;
      }
      this.stay = stay;
      return true;
    } catch (error) {
      if (error instanceof Refusal) {
        this.close(closeFor(error));
        return false;
      }
      this.shared.log.error({ err: error }, 'a socket could not be admitted');
      this.close([CloseCode.TRY_AGAIN_LATER, 'Something went wrong here. Try again later.']);
      return false;
    }
  }

  /** Checks an operation before it runs; gives what graphql-ws hands back to run it, or mistakes. */
  prepare(id: string, payload: SubscribePayload): ExecutionArgs | readonly GraphQLError[] {
    const { operations } = this.shared;
    if (id.length > LONGEST_ID) {
      return this.dismiss([
        CloseCode.BAD_REQUEST,
        `The id of an operation has at most ${LONGEST_ID} characters.`,
      ]);
    }
    if (this.running.has(id)) {
      return this.dismiss([CloseCode.DUPLICATE_ID, `An operation with this id still runs.`]);
    }
    // whoever doesn't read the answers to its mistakes makes no more of them
    if (this.writer.isFull) return this.dismiss(slowConsumer(this.lowestPosition()));
    if (this.running.size >= MOST_OPERATIONS) {
      const message = `At most ${MOST_OPERATIONS} operations run at once on one socket: complete some, or open another socket.`;
      return [refusal('RATE_LIMITED', message, 429)];
    }
    const operation = operations.read(payload);
    if (operation instanceof Refused) return operation.errors;
    const ready = operations.check(operation, this.stay!.actor);
    if (ready instanceof Refused) return ready.errors;
    const running: SocketOperation = { id, requestId: randomUUID(), ready };
    this.running.set(id, running);
    const { document, definition } = ready;
    const contextValue: RunningOperation = { connection: this, operation: running };
    const operationName = definition.name?.value;
    return { schema: operations.schema, document, operationName, contextValue };
  }

  /** Runs a query or mutation. */
  async execute({ ready, requestId }: SocketOperation): Promise<ExecutionResult> {
    const { operations, services } = this.shared;
    let result: FormattedExecutionResult;
    try {
      const context = new RequestContext(requestId, this.stay!.actor, services);
      result = await operations.execute(ready, context);
    } catch (error) {
      result = operations.fault(error, requestId);
    }
    // as long as it isn't written, it counts as running
    if (this.writer.isFull) await this.writer.drained();
    return result as ExecutionResult;
  }

  /** Runs a subscription. */
  subscribe(running: SocketOperation): AsyncIterableIterator<never, undefined> {
    const subscription = new SocketSubscription(running.id, this, () => subscriber.end());
    const subscriber = new LiveSubscriber(this.shared, running.ready, subscription);
    running.subscriber = subscriber;
    void subscriber.follow(this.stay!.actor);
    return subscription.iterator();
  }

  /** Errors of an operation, as the client is told them. */
  present(id: string, errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    const requestId = this.running.get(id)?.requestId ?? randomUUID();
    // graphql-ws wraps what ends an iterator
    const causes = errors.map((error) =>
      error.originalError instanceof GraphQLError ? error.originalError : error,
    );
    return this.shared.operations.presentAll(causes, requestId);
  }

  /** Notes that an operation is over. */
  release(id: string): void {
    this.running.delete(id);
  }

  changed(actor: Actor): void {
    for (const { subscriber } of this.running.values()) void subscriber?.follow(actor);
  }

  expelled(reason: Refusal | Unconfirmed): void {
    this.close(closeFor(reason));
  }

  /** Asks the peer for a sign of life; one that has sent or read nothing since the last time is cut off. */
  ping(): void {
    const { bytesRead } = this.socket;
    const { isFull } = this.writer;
    if (bytesRead === this.readByPing) return this.ws.terminate();
    if (isFull && this.wasFull) return this.closeSlow();
    this.wasFull = isFull;
    // who has much to read yet is not asked, and owes no answer
    this.readByPing = isFull ? -1 : bytesRead;
    if (this.isOpen && !isFull) this.ws.ping();
  }

  closeSlow(): void {
    this.close(slowConsumer(this.lowestPosition()));
  }

  /** Closes the socket; nothing more goes out on it. */
  close([code, reason]: Close): void {
    this.endAll();
    this.ws.close(code, reason);
  }

  /** Lets go of everything; to be called when the socket is closed. */
  over(): void {
    this.endAll();
    this.stay?.leave();
  }

  private dismiss(close: Close): readonly GraphQLError[] {
    this.close(close);
    return [new GraphQLError(close[1])];
  }

  private endAll(): void {
    for (const { subscriber } of this.running.values()) subscriber?.end();
  }

  /** Whoever resumes all its subscriptions after this position misses nothing. */
  private lowestPosition(): number | null {
    const positions = [...this.running.values()].flatMap(({ subscriber }) => {
      const position = subscriber?.position ?? null;
      return position === null ? [] : [position];
    });
    return positions.length > 0 ? Math.min(...positions) : null;
  }
}

/** Names are taken in any case, as those of headers are. */
function credentialsIn(
  params: Readonly<Record<string, unknown>>,
  headers: Credentials,
): Credentials {
  const given = new Map(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));
  const text = (name: string) => {
    const value = given.get(name) ?? undefined;
    return typeof value === 'string' || value === undefined ? value : '';
  };
  return {
    authorization: text('authorization') ?? headers.authorization,
    workspace: text('parley-workspace') ?? headers.workspace,
    // never what the client says: the browser vouches for it
    origin: headers.origin,
  };
}
