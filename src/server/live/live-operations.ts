import { randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import type { Actor } from '../../auth/actor';
import { isConnectionLoss } from '../../db/sessions';
import { RequestContext, type RequestServices } from '../../domain/kit/request-context';
import type { LiveField, LivePlan, PresencePlan } from '../../domain/live/live-field';
import type { Item, LiveOperation } from '../../events/hub/live-operation';
import type { PresenceOperation } from '../../events/hub/presence-hub';
import type { Sink, Subscription } from '../../events/hub/sink';
import type { Operations, ReadyOperation } from '../operations';
import { rightsOf } from './rights';
import { rootFieldOf, type RootField } from './root-field';

/** What brings results to the subscribers of this process. */
export interface Hubs {
  log: {
    subscribe(operation: LiveOperation<RequestContext>, sink: Sink): Promise<Subscription>;
  };
  presence: {
    subscribe(operation: PresenceOperation<RequestContext>, sink: Sink): Subscription;
  };
}

export interface LiveOperationsOptions {
  operations: Operations;
  fields: Readonly<Record<string, LiveField>>;
  hubs: Hubs;
  services: RequestServices;
}

/** What hubs ask of an operation, whatever it is about. */
type Running = Pick<
  LiveOperation<RequestContext>,
  'key' | 'resultKey' | 'rights' | 'actor' | 'openContext' | 'execute'
>;

/** Makes subscriptions out of operations: what is followed, and how an item becomes a result. */
export class LiveOperations {
  private readonly serials = new WeakMap<object, number>();
  private lastSerial = 0;

  constructor(private readonly options: LiveOperationsOptions) {}

  /**
   * Begins to hand an operation's results to a sink.
   * @param after goes on after this position, whatever the arguments say.
   * @throws GraphQLError or BadArgument for arguments that can't be used.
   */
  async subscribe(
    operation: ReadyOperation,
    actor: Actor,
    sink: Sink,
    after: number | null,
  ): Promise<Subscription> {
    const { operations, fields, hubs } = this.options;
    const root = rootFieldOf(operations.schema, operation);
    const field = fields[root.name];
    if (!field) throw new Error(`No line in live-fields.ts for Subscription.${root.name}`);
    const running = this.running(operation, root, actor);
    const context = running.openContext();
    if (field.source === 'PRESENCE') {
      const plan = await field.plan(root.args, context);
      const subscription = hubs.presence.subscribe(presenceOperation(running, plan), sink);
      // it is not in the log: there is nowhere to resume
      return { position: null, close: () => subscription.close() };
    }
    const args = after === null ? root.args : { ...root.args, after };
    const plan = await field.plan(args, context);
    return hubs.log.subscribe(logOperation(running, plan, after), sink);
  }

  private running(operation: ReadyOperation, root: RootField, actor: Actor): Running {
    const rights = rightsOf(actor);
    const variables = Object.entries(operation.coerced);
    const without = (names: ReadonlySet<string>) =>
      JSON.stringify(variables.filter(([name]) => !names.has(name)));
    // documents that come again are the same object, and so have the same number
    const same = `${this.serialOf(operation.definition)} ${rights}`;
    const { services } = this.options;
    return {
      key: `${same} ${without(root.placeVariables)}`,
      resultKey: `${same} ${without(root.ownVariables)}`,
      rights,
      actor,
      openContext: () => new RequestContext(randomUUID(), actor, services),
      execute: (item, context) => this.execute(operation, item, context),
    };
  }

  private serialOf(definition: object): number {
    let serial = this.serials.get(definition);
    if (serial === undefined) this.serials.set(definition, (serial = ++this.lastSerial));
    return serial;
  }

  private async execute(
    { document, definition, given, coerced }: ReadyOperation,
    item: Item,
    context: RequestContext,
  ): Promise<string> {
    const { operations } = this.options;
    const variables = { given, coerced };
    const { executor } = operations;
    const result = await executor.execute(document, definition, variables, context, item);
    // the common case, without another object
    if (!result.errors) return JSON.stringify(result);
    throwConnectionLoss(result.errors);
    return JSON.stringify(operations.presentResult(result, context.requestId));
  }
}

/** A result that lacks something because the database went away is no result: whoever asked tries again. */
function throwConnectionLoss(errors: readonly GraphQLError[]): void {
  for (const { originalError } of errors) {
    if (isConnectionLoss(originalError)) throw originalError;
  }
}

function logOperation(
  running: Running,
  plan: LivePlan,
  after: number | null,
): LiveOperation<RequestContext> {
  return {
    ...running,
    resultKey: plan.onlyChooses ? running.resultKey : running.key,
    scope: plan.scope,
    after: after ?? plan.after,
    select: (events, context) => plan.select(events, context),
    notice: (kind, position) => plan.notice(kind, position),
  };
}

function presenceOperation(
  { key, openContext, execute }: Running,
  plan: PresencePlan,
): PresenceOperation<RequestContext> {
  return {
    ...{ key, openContext, execute },
    conversationId: plan.conversationId,
    present: (context) => plan.present(context),
  };
}
