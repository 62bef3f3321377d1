import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Actor } from '../../auth/actor';
import type { Credentials } from '../../auth/authenticate';
import type { Refusal } from '../../auth/refusals';
import { RequestContext, type RequestServices } from '../../domain/kit/request-context';
import { Unconfirmed, type Guest, type LiveAdmissions, type Stay } from '../live/live-admissions';
import { MOST_OPERATIONS, type LiveLimits } from '../live/live-limits';
import type { LiveOperations } from '../live/live-operations';
import { LiveSubscriber } from '../live/live-subscriber';
import type { Operations, ReadyOperation } from '../operations';
import { EventStream } from './event-stream';
import { StreamOperation } from './stream-operation';

/** What event streams are served with; the same for all of them. */
export interface StreamServices {
  operations: Operations;
  live: LiveOperations;
  admissions: LiveAdmissions;
  services: RequestServices;
  limits: LiveLimits;
}

interface Running {
  outlet: StreamOperation;
  /** Present in a subscription. */
  subscriber?: LiveSubscriber;
}

/** One client on an event stream: who it is, and what it runs. */
export class StreamConnection implements Guest {
  private readonly stream: EventStream;
  private stay: Stay | null = null;
  private readonly running = new Map<string | null, Running>();

  /** @param onOver told once, when the client is gone or the stream has ended. */
  constructor(
    private readonly shared: StreamServices,
    onOver: () => void,
  ) {
    this.stream = new EventStream(shared.limits, () => {
      this.endAll();
      this.stay?.leave();
      onOver();
    });
  }

  /** @throws Refusal when the credential doesn't hold. */
  async admit(credentials: Credentials): Promise<void> {
    this.stay = await this.shared.admissions.admit(credentials, this);
  }

  get actor(): Actor {
    return this.stay!.actor;
  }

  get isOpen(): boolean {
    return this.stream.isOpen;
  }

  /** Whether no other operation can run on it now. */
  get isBusy(): boolean {
    return this.running.size >= MOST_OPERATIONS || this.stream.isFull;
  }

  open(response: ServerResponse): void {
    this.stream.open(response);
  }

  /** Ends the stream without another word, so that the client connects again; resolves when it is over. */
  close(): Promise<void> {
    this.endAll();
    return this.stream.close();
  }

  has(id: string): boolean {
    return this.running.has(id);
  }

  /** Runs an operation. @param id null: it has the stream to itself, which ends with it. */
  run(id: string | null, ready: ReadyOperation): void {
    const requestId = randomUUID();
    const { outlet } = this.begin(id, requestId);
    if (ready.definition.operation === OperationTypeNode.SUBSCRIPTION) {
      const subscriber = new LiveSubscriber(this.shared, ready, outlet);
      this.running.set(id, { outlet, subscriber });
      void subscriber.follow(this.actor);
    } else {
      void this.execute(ready, requestId).then((result) => outlet.finish(result));
    }
  }

  /** Answers what can't be run. */
  refuse(errors: readonly GraphQLError[]): void {
    this.begin(null, randomUUID()).outlet.refuse(errors);
  }

  /** Ends an operation that the client wants no longer. */
  complete(id: string): void {
    const { outlet, subscriber } = this.running.get(id) ?? {};
    subscriber?.end();
    outlet?.complete();
  }

  changed(actor: Actor): void {
    for (const { subscriber } of this.running.values()) void subscriber?.follow(actor);
  }

  expelled(reason: Refusal | Unconfirmed): void {
    if (!(reason instanceof Unconfirmed)) {
      const error = new GraphQLError(reason.message, { extensions: { code: reason.code } });
      for (const { outlet, subscriber } of [...this.running.values()]) {
        subscriber?.end();
        outlet.refuse([error]);
      }
    }
    void this.close();
  }

  private begin(id: string | null, requestId: string): Running {
    const { operations } = this.shared;
    const onEnd = () => {
      this.running.delete(id);
      if (id === null) this.stream.end();
    };
    const outlet = new StreamOperation({ stream: this.stream, operations, requestId, id, onEnd });
    const running = { outlet };
    this.running.set(id, running);
    return running;
  }

  private async execute(ready: ReadyOperation, requestId: string) {
    const { operations, services } = this.shared;
    try {
      return await operations.execute(ready, new RequestContext(requestId, this.actor, services));
    } catch (error) {
      return operations.fault(error, requestId);
    }
  }

  private endAll(): void {
    for (const { subscriber } of this.running.values()) subscriber?.end();
  }
}
