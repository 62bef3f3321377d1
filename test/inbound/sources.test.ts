import { createApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { defineConnector, type SourceContext } from '../../src/connectors/kit/connector';
import { ReconnectNeeded, RetryLater } from '../../src/connectors/kit/errors';
import { silent } from '../../src/connectors/kit/capabilities';
import { custom } from '../../src/connectors/custom';
import { asOwner } from '../support/owner';
import { until } from '../support/process';
import { InboundWorld, message, type CustomChannel } from './inbound-world';

/** Pollers and streams: one process reads for each channel, and what it reads is there once. */

/** A platform that is read from: each account has a list that only grows. */
class Platform {
  readonly lists = new Map<string, string[]>();
  /** What reading fails with, until it is taken away. */
  failure: Error | null = null;
  /** How many read for an account at this moment, and the most that ever did. */
  readonly readers = new Map<string, number>();
  mostReaders = 0;
  starts = 0;

  readonly connector = defineConnector({
    manifest: {
      ...custom.manifest,
      id: 'feed',
      label: 'Feed',
      capabilities: { private: silent },
    },
    normalise: custom.normalise,
    source: (context) => this.serve(context),
  });

  private async serve(context: SourceContext): Promise<void> {
    const account = context.channel.externalId;
    this.starts += 1;
    this.readers.set(account, (this.readers.get(account) ?? 0) + 1);
    this.mostReaders = Math.max(this.mostReaders, this.readers.get(account)!);
    try {
      while (!context.signal.aborted) {
        if (this.failure) throw this.failure;
        const read = (context.cursor?.read as number | undefined) ?? 0;
        // one that was read before comes again, as with platforms that page by time
        const from = Math.max(0, read - 1);
        const items = (this.lists.get(account) ?? []).slice(from);
        if (read < from + items.length || context.cursor === null) {
          const deliveries = items.map((body, index) => ({
            eventKey: `n-${from + index}`,
            body: Buffer.from(body),
          }));
          await context.deliver(deliveries, { read: from + items.length });
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } finally {
      this.readers.set(account, this.readers.get(account)! - 1);
    }
  }
}

let platform: Platform;
let world: InboundWorld;
const further: App[] = [];

beforeEach(async () => {
  platform = new Platform();
  world = await InboundWorld.create({ connectors: { feed: platform.connector, custom } });
});
afterEach(async () => {
  for (const app of further.splice(0)) await app.close();
  await world.close();
});

/** Another process beside that of the test. */
async function startAnother(): Promise<App> {
  const env = { PORT: '0', PARLEY_SECRET_KEY: 'ab'.repeat(32), LOG_LEVEL: 'silent' };
  const config = loadConfig({ ...env, DATABASE_URL: world.parley.database.url }, 'worker');
  const app = await createApp(config, { connectors: { feed: platform.connector, custom } });
  further.push(app);
  return app;
}

async function accountOf({ channelId }: CustomChannel): Promise<string> {
  const [row] = await asOwner<{ account: string }>(
    world.parley,
    'select external_id as account from channel where id = $1',
    [channelId],
  );
  return row!.account;
}

/** Puts messages into an account's list. */
async function publish(channel: CustomChannel, count: number): Promise<void> {
  const account = await accountOf(channel);
  const list = platform.lists.get(account) ?? [];
  platform.lists.set(account, list);
  for (let each = 0; each < count; each++) {
    list.push(JSON.stringify({ items: [message({ threadKey: 't' })] }));
  }
}

async function messageCount({ channelId }: CustomChannel): Promise<number> {
  const [row] = await asOwner<{ count: number }>(
    world.parley,
    'select count(*)::int as count from message where channel_id = $1',
    [channelId],
  );
  return row!.count;
}

interface State {
  health: string;
  reason: string | null;
  cursor: { read: number } | null;
}

async function stateOf({ channelId }: CustomChannel): Promise<State | undefined> {
  const [row] = await asOwner<State & Record<string, unknown>>(
    world.parley,
    'select health, health_reason as reason, cursor from channel_state where channel_id = $1',
    [channelId],
  );
  return row;
}

function setChannel({ channelId }: CustomChannel, assignments: string): Promise<unknown> {
  return asOwner(
    world.parley,
    `update channel set ${assignments}, updated_at = clock_timestamp() where id = $1`,
    [channelId],
  );
}

const untilRead = (channel: CustomChannel, count: number) =>
  until(async () => (await messageCount(channel)) === count, `${count} messages are there`);

test('what is read becomes messages, each once, though some is read again', async () => {
  const channel = await world.connect(undefined, 'feed');
  await publish(channel, 3);
  await untilRead(channel, 3);
  await publish(channel, 2);
  await untilRead(channel, 5);
  expect(await stateOf(channel)).toMatchObject({ health: 'OK', cursor: { read: 5 } });
});

test('a channel is read for while it takes part, and by its newest settings', async () => {
  const channel = await world.connect(undefined, 'feed');
  await publish(channel, 1);
  await untilRead(channel, 1);
  await setChannel(channel, `status = 'PAUSED'`);
  const account = await accountOf(channel);
  await until(() => platform.readers.get(account) === 0, 'nobody reads');
  await publish(channel, 1);
  await setChannel(channel, `status = 'ACTIVE'`);
  await untilRead(channel, 2);
  const { starts } = platform;
  await setChannel(channel, `name = 'Other'`);
  await until(() => platform.starts === starts + 1, 'it is begun anew');
  expect(platform.mostReaders).toBe(1);
});

test('one process reads for a channel, and another goes on when that one ends', async () => {
  const channel = await world.connect(undefined, 'feed');
  await publish(channel, 1);
  await untilRead(channel, 1);
  await startAnother();
  await publish(channel, 1);
  await untilRead(channel, 2);
  expect(platform.mostReaders).toBe(1);
  await world.parley.app.close();
  await publish(channel, 1);
  await untilRead(channel, 3);
  expect(platform.mostReaders).toBe(1);
});

test('what a process that was killed read for is read by another within seconds', async () => {
  const channel = await world.connect(undefined, 'feed');
  await setChannel(channel, `status = 'PAUSED'`);
  await asOwner(
    world.parley,
    `insert into channel_state as s (workspace_id, channel_id, source_holder, source_until)
     values ($1, $2, gen_random_uuid(), now() + interval '2 seconds')
     on conflict (workspace_id, channel_id) do update
       set source_holder = excluded.source_holder, source_until = excluded.source_until`,
    [channel.workspaceId, channel.channelId],
  );
  await setChannel(channel, `status = 'ACTIVE'`);
  await publish(channel, 1);
  const before = Date.now();
  await untilRead(channel, 1);
  expect(Date.now() - before).toBeGreaterThan(1_000);
});

test('a source that fails is started again; the channel says so, and says when it is well', async () => {
  const channel = await world.connect(undefined, 'feed');
  await publish(channel, 1);
  await untilRead(channel, 1);
  platform.failure = new RetryLater('The platform is down.');
  await until(async () => (await stateOf(channel))?.health === 'DEGRADED', 'it is degraded');
  expect(await stateOf(channel)).toMatchObject({ reason: 'The platform is down.' });
  platform.failure = null;
  await publish(channel, 1);
  await untilRead(channel, 2);
  await until(async () => (await stateOf(channel))?.health === 'OK', 'it is well');
});

test('a fault is told without its details, which are in the log', async () => {
  const channel = await world.connect(undefined, 'feed');
  platform.failure = new TypeError('secret detail');
  await until(async () => (await stateOf(channel))?.health === 'DEGRADED', 'it is degraded');
  const { reason } = (await stateOf(channel))!;
  expect(reason).toContain('a fault of Parley or of its connector for Feed');
  expect(reason).not.toContain('secret');
  expect(world.parley.faults).toMatchObject([{ msg: 'a source failed' }]);
});

test('without valid credentials nothing is read until somebody connects the account again', async () => {
  const channel = await world.connect(undefined, 'feed');
  platform.failure = new ReconnectNeeded('The password was changed.');
  await until(
    async () => (await stateOf(channel))?.health === 'NEEDS_RECONNECT',
    'it needs a person',
  );
  const holderOf = async () =>
    asOwner(
      world.parley,
      'select source_holder as holder from channel_state where channel_id = $1',
      [channel.channelId],
    );
  await until(async () => (await holderOf())[0]!.holder === null, 'nobody reads for it');
  expect(platform.starts).toBe(1);
  platform.failure = null;
  await asOwner(
    world.parley,
    `update channel_state set health = 'OK', health_parts = '{}' where channel_id = $1`,
    [channel.channelId],
  );
  await publish(channel, 1);
  await untilRead(channel, 1);
});
