import fc from 'fast-check';
import { systemActor } from '../../src/auth/actor';
import { Permission } from '../../src/auth/permissions';
import { makeWorkspace } from '../../src/domain/workspace/first-workspace';
import { newId } from '../../src/domain/kit/ids';
import { appendEvents } from '../../src/events/append';
import type { ConversationFacts } from '../../src/events/registry';
import { Hub } from '../../src/events/hub/hub';
import type { LiveOperation, Scope } from '../../src/events/hub/live-operation';
import type { SharedResult, Sink, Subscription } from '../../src/events/hub/sink';
import { LogWatch } from '../../src/events/log-watch';
import type { StoredEvent } from '../../src/events/log';
import { startTestApp, type TestApp } from '../support/app';
import { until } from '../support/process';

let parley: TestApp;
let hub: Hub;
let watch: LogWatch;

beforeAll(async () => {
  parley = await startTestApp({}, 'all');
  const { sessions, system, log, databaseUrl: url } = parley.app;
  hub = new Hub({ sessions, log, heartbeatMs: 20 });
  watch = new LogWatch({
    ...{ url, system, log },
    workspaceIds: () => hub.workspaceIds,
    onHeads: (heads) => hub.advance(heads),
    onEvents: (events) => hub.push(events),
  });
  watch.start();
});

afterAll(async () => {
  hub.close();
  await watch.stop();
  await parley.close();
});

interface Told {
  kind: string;
  position: number;
}

/** A subscriber that may lose its connection, or read too slowly, and then comes back. */
class Subscriber {
  readonly told: Told[] = [];
  readonly overflows: (number | null)[] = [];
  executions = 0;
  isStuck = false;
  private subscription: Subscription | null = null;
  private after: number | null = null;

  constructor(
    private readonly world: World,
    private readonly scope: Scope,
    /** Shares executions with those of the same name. */
    private readonly name: string,
  ) {}

  /** The positions of the events that it got, in the order in which they came. */
  get positions(): number[] {
    return this.told.filter(({ kind }) => kind === 'EVENT').map(({ position }) => position);
  }

  get last(): number | null {
    return this.told.at(-1)?.position ?? null;
  }

  async begin(after: number | null): Promise<void> {
    this.after = after;
    const sink: Sink = {
      next: ({ json }: SharedResult) => void this.told.push(JSON.parse(json) as Told),
      isFull: () => this.isStuck,
      drained: () => (this.isStuck ? until(() => !this.isStuck, 'it reads on') : Promise.resolve()),
      overflow: (position) => {
        this.subscription = null;
        this.overflows.push(position);
      },
      fail: (error) => {
        throw error as Error;
      },
    };
    this.subscription = await hub.subscribe(this.operation(after), sink);
  }

  get isOn(): boolean {
    return this.subscription !== null;
  }

  /** Is away for a moment, then goes on from where it was. */
  async comeBack(): Promise<void> {
    this.subscription?.close();
    this.isStuck = false;
    await this.begin(this.last ?? this.after);
  }

  end(): void {
    this.subscription?.close();
  }

  private operation(after: number | null): LiveOperation {
    const { actor } = this.world;
    return {
      key: `${actor.workspaceId} ${this.name}`,
      // what is told of an event is the same for all
      resultKey: actor.workspaceId,
      rights: actor.workspaceId,
      actor,
      scope: this.scope,
      after,
      openContext: () => ({}),
      select: (events) =>
        Promise.resolve(
          events.map((event) =>
            isIn(this.scope, event) ? { kind: 'EVENT', position: event.position } : null,
          ),
        ),
      notice: (kind, position) => ({ kind, position }),
      execute: async (item) => {
        this.executions += 1;
        await Promise.resolve();
        return JSON.stringify(item);
      },
    };
  }
}

function isIn({ conversationId }: Scope, event: StoredEvent): boolean {
  return conversationId === undefined || event.conversationId === conversationId;
}

/** A workspace whose events are appended at will. */
class World {
  readonly conversations = [newId(), newId()];
  readonly actor;

  constructor(readonly workspaceId: string) {
    this.actor = systemActor(workspaceId, new Set(Object.values(Permission)));
  }

  static async make(): Promise<World> {
    const { units } = parley.app;
    return new World((await makeWorkspace({ units, now: new Date() }, 'Test')).workspaceId);
  }

  /** Commits some events in one transaction, each in one of the conversations or in none. */
  async append(places: readonly number[]): Promise<void> {
    const channelId = newId();
    const events = places.map((place) => {
      const conversationId = this.conversations[place];
      return conversationId
        ? ({
            type: 'message.added',
            subjectId: newId(),
            data: inConversation(conversationId, channelId),
          } as const)
        : ({ type: 'customer.created', subjectId: newId(), data: {} } as const);
    });
    await parley.app.units.transaction(this.workspaceId, (session) =>
      appendEvents(session, this.actor, new Date(), events),
    );
  }

  /** The positions of the log, of a scope or all. */
  async positions(scope: Scope): Promise<number[]> {
    const { rows } = await parley.app.system.query<{ position: string }>(
      `select position from event_log where workspace_id = $1
         and ($2::uuid is null or conversation_id = $2) order by position`,
      [this.workspaceId, scope.conversationId ?? null],
    );
    return rows.map(({ position }) => Number(position));
  }
}

function inConversation(conversationId: string, channelId: string) {
  const at = '2026-01-01T00:00:00.000Z';
  const conversation: ConversationFacts = {
    channelId,
    visibility: 'PUBLIC',
    status: 'OPEN',
    assigneeId: null,
    customerId: null,
    startedAt: at,
    lastMessageAt: at,
    tagIds: [],
  };
  return {
    conversationId,
    channelId,
    customerId: null,
    direction: 'INBOUND',
    conversation,
    was: {},
  } as const;
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        places: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('join' as const),
        scope: fc.nat(2),
        back: fc.nat(10),
        shared: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('comeBack' as const), who: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stick' as const), who: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
  ),
  { minLength: 20, maxLength: 80 },
);

test('whoever joins, leaves, sticks and comes back gets every event once, in order, while writes go on', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const world = await World.make();
      await parley.app.drain();
      const subscribers: { it: Subscriber; scope: Scope; after: number }[] = [];
      for (const step of plan) {
        const one =
          'who' in step ? subscribers[step.who % Math.max(subscribers.length, 1)] : undefined;
        if (step.do === 'append') await world.append(step.places);
        if (step.do === 'drain') await parley.app.drain();
        if (step.do === 'join') {
          const head = (await world.positions({})).length;
          const after = Math.max(head - step.back, 0);
          const conversationId = world.conversations[step.scope];
          const scope = conversationId ? { conversationId } : {};
          const name = step.shared ? `shared ${step.scope}` : newId();
          const it = new Subscriber(world, scope, name);
          subscribers.push({ it, scope, after });
          await it.begin(after);
        }
        if (step.do === 'comeBack') await one?.it.comeBack();
        if (step.do === 'stick' && one) one.it.isStuck = true;
      }
      await parley.app.drain();
      for (const { it } of subscribers) if (it.isStuck || !it.isOn) await it.comeBack();
      const head = (await world.positions({})).length;
      await until(
        () => subscribers.every(({ it }) => it.last === head),
        'everybody has heard of the head',
      );
      for (const { it, scope, after } of subscribers) {
        it.end();
        const expected = (await world.positions(scope)).filter((position) => position > after);
        expect(it.positions).toEqual(expected);
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('equal subscribers share one execution for each event', async () => {
  const world = await World.make();
  await parley.app.drain();
  const all = Array.from({ length: 10 }, () => new Subscriber(world, {}, 'the same'));
  for (const one of all) await one.begin(null);
  await until(() => all.every(({ told }) => told.length > 0), 'everybody is told the head');
  const before = executionsOf(all);

  for (let index = 0; index < 5; index++) await world.append([0]);
  await until(() => all.every(({ positions }) => positions.length === 5), 'everybody has all');
  all.forEach((one) => one.end());

  const beats = all[0]!.told.filter(({ kind }) => kind === 'HEARTBEAT').length;
  expect(executionsOf(all) - before).toBeLessThanOrEqual(5 + beats);
});

test('subscribers that choose different events share the execution of what they both choose', async () => {
  const world = await World.make();
  await parley.app.drain();
  const [conversationId, other] = world.conversations;
  const scopes: Scope[] = [{}, { conversationId }, { conversationId: other }];
  const all = scopes.map((scope) => new Subscriber(world, scope, newId()));
  for (const one of all) await one.begin(null);
  await until(() => all.every(({ told }) => told.length > 0), 'everybody is told the head');
  const before = executionsOf(all);
  await world.append([0, 1, 0]);
  const chosen = () => all.map(({ positions }) => positions.length);
  await until(() => chosen().join() === '3,2,1', 'everybody has what it chose');
  all.forEach((one) => one.end());
  // heartbeats are shared as well: one for each position at which there were some
  const beats = all.flatMap(({ told }) => told).filter(({ kind }) => kind === 'HEARTBEAT');
  const places = new Set(beats.map(({ position }) => position)).size;
  expect(executionsOf(all) - before).toBeLessThanOrEqual(3 + places);
  const first = all[0]!.positions;
  expect(all[1]!.positions).toEqual([first[0], first[2]]);
  expect(all[2]!.positions).toEqual([first[1]]);
});

function executionsOf(all: readonly Subscriber[]): number {
  return all.reduce((sum, { executions }) => sum + executions, 0);
}

test('one that does not read is ended with the place to go on from, and costs the others nothing', async () => {
  const world = await World.make();
  await parley.app.drain();
  const slow = new Subscriber(world, {}, 'both');
  const quick = new Subscriber(world, {}, 'both');
  await slow.begin(null);
  await quick.begin(null);
  await until(() => slow.told.length > 0 && quick.told.length > 0, 'both are told the head');

  await world.append([0]);
  await until(() => slow.positions.length === 1, 'the slow one gets the first');
  slow.isStuck = true;
  await world.append([0, 0, 0]);
  await until(() => quick.positions.length === 4, 'the quick one has all');

  expect(slow.overflows).toEqual([slow.last]);
  quick.end();
});
