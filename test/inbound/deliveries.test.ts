import { call, must, refused } from '../support/call';
import { asOwner } from '../support/owner';
import { makeKey } from '../support/world';
import { InboundWorld, message, type CustomChannel } from './inbound-world';

/** What people see of deliveries and can do with them. */

let world: InboundWorld;
let channel: CustomChannel;

beforeAll(async () => {
  world = await InboundWorld.create();
  // a fault that no check foresees, as a connector's or ours would be
  await asOwner(
    world.parley,
    `create function refuse_poison() returns trigger language plpgsql as $$ begin
       if new.body like 'poison%' then raise 'secret detail of %', new.body; end if;
       return new;
     end $$`,
  );
  await asOwner(
    world.parley,
    `create trigger refuse_poison before insert on message for each row execute function refuse_poison()`,
  );
});
beforeEach(async () => {
  channel = await world.connect();
});
afterEach(() => {
  world.parley.faults.length = 0;
});
afterAll(() => world.close());

interface Delivery {
  id: string;
  status: string;
  attempts: number;
  error: string | null;
  dueAt: string | null;
  eventKey: string;
  byteSize: number;
  body: string | null;
  bodyBase64: string | null;
  source: string;
  headers: Record<string, string>;
  channel: { id: string };
}

const DELIVERY = `id status attempts error dueAt eventKey byteSize body bodyBase64 source headers
  channel { id }`;

async function deliveries(filter: object = {}, owner = channel.owner): Promise<Delivery[]> {
  const { nodes } = await call<{ nodes: Delivery[] }>(
    owner,
    'inboundDeliveries',
    { filter, first: 50 },
    `{ nodes { ${DELIVERY} } }`,
  );
  return nodes;
}

async function bodies(): Promise<string[]> {
  const rows = await asOwner<{ body: string }>(
    world.parley,
    'select body from message where channel_id = $1 order by body',
    [channel.channelId],
  );
  return rows.map(({ body }) => body);
}

/** Lets time pass, so that what failed is due again. */
async function letTimePass(): Promise<void> {
  world.parley.setTime(new Date(world.parley.now().getTime() + 3_600_000));
  await world.drain();
}

/** Every row that was made of the deliveries of a channel, as text. */
async function everythingMade(): Promise<unknown[]> {
  const tables = [
    ...['conversation', 'customer', 'customer_identity', 'lifecycle_transition', 'message'],
    ...['message_reaction', 'message_revision', 'post', 'touchpoint', 'attachment', 'awaited_item'],
    ...['event_outbox', 'event_log', 'event_head', 'inbound_queue', 'inbound_delivery'],
  ];
  return asOwner(
    world.parley,
    tables
      .map((table) => `select to_jsonb(t)::text as row from ${table} t where workspace_id = $1`)
      .join(' union all ') + ' order by 1',
    [channel.workspaceId],
  );
}

test('deliveries are listed newest first, with what came and what became of it', async () => {
  await world.deliver(channel, [message()], { id: 'first' });
  const sent = 'no JSON';
  await world.post(channel, sent, { id: 'second' });
  await world.drain();
  const [second, first, ...others] = await deliveries();
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    ...{ status: 'PROCESSED', attempts: 0, error: null, dueAt: null, eventKey: 'first' },
    ...{ source: 'WEBHOOK', headers: { 'webhook-id': 'first' }, channel: { id: channel.id } },
  });
  expect(second).toMatchObject({
    ...{ status: 'DEAD', attempts: 1, error: 'The body is not valid JSON.', dueAt: null },
    ...{ body: sent, bodyBase64: Buffer.from(sent).toString('base64'), byteSize: sent.length },
  });
  const keys = async (filter: object) => (await deliveries(filter)).map(({ eventKey }) => eventKey);
  expect(await keys({ status: 'DEAD' })).toEqual(['second']);
  expect(await keys({ status: 'PROCESSED' })).toEqual(['first']);
  expect(await keys({ status: 'PENDING' })).toEqual([]);
  expect(await keys({ channelId: channel.id })).toEqual(['second', 'first']);
  expect(await keys({ channelId: channel.id, status: 'DEAD' })).toEqual(['second']);
  expect(await keys({ channelId: channel.id, status: 'PENDING' })).toEqual([]);
  expect(await keys({ channelId: 'chn_nothing' })).toEqual([]);
});

test.each([{}, { status: 'PENDING' }])('pages of %p join up in both directions', async (filter) => {
  await asOwner(world.parley, `update channel set status = 'PAUSED' where id = $1`, [
    channel.channelId,
  ]);
  for (const id of ['a', 'b', 'c', 'd', 'e']) await world.deliver(channel, [message()], { id });
  for (const more of [{}, { channelId: channel.id }]) {
    const page = (args: object) =>
      call<{ nodes: Delivery[]; pageInfo: { endCursor: string; startCursor: string } }>(
        channel.owner,
        'inboundDeliveries',
        { filter: { ...filter, ...more }, ...args },
        '{ nodes { eventKey } pageInfo { startCursor endCursor } }',
      );
    const first = await page({ first: 2 });
    const rest = await page({ first: 5, after: first.pageInfo.endCursor });
    const back = await page({ last: 5, before: rest.pageInfo.startCursor });
    const keys = ({ nodes }: { nodes: Delivery[] }) =>
      nodes.map(({ eventKey }) => eventKey).join('');
    expect([keys(first), keys(rest), keys(back)]).toEqual(['ed', 'cba', 'ed']);
  }
});

test('a body that is no text, or large, is shown as far as it can be', async () => {
  const binary = Buffer.from([0xff, 0x00, 0x61]);
  await world.post(channel, binary, { id: 'binary' });
  await world.post(channel, Buffer.alloc(70_000, 'a'), { id: 'long' });
  await world.post(channel, Buffer.alloc(300_000, 'a'), { id: 'large' });
  const [large, long, short] = await deliveries();
  expect(short).toMatchObject({ body: null, bodyBase64: binary.toString('base64') });
  expect([long!.body, long!.bodyBase64!.length]).toEqual([null, 93_336]);
  expect(large).toMatchObject({ body: null, bodyBase64: null, byteSize: 300_000 });
});

test('one delivery that fails does not keep the others; it is tried five times and then left to people', async () => {
  const texts = ['one', 'poison', 'two', 'three'];
  await Promise.all(texts.map((body) => world.deliver(channel, [message({ body })], { id: body })));
  await world.drain();
  expect(await bodies()).toEqual(['one', 'three', 'two']);
  const [failed] = await deliveries({ status: 'PENDING' });
  expect(failed).toMatchObject({ eventKey: 'poison', attempts: 1 });
  expect(new Date(failed!.dueAt!).getTime()).toBeGreaterThan(world.parley.now().getTime());
  for (let attempt = 2; attempt <= 5; attempt++) await letTimePass();
  const [dead, ...others] = await deliveries({ status: 'DEAD' });
  expect(others).toEqual([]);
  expect(dead).toMatchObject({ eventKey: 'poison', attempts: 5, dueAt: null });
  expect(dead!.error).toContain('a fault of Parley');
  expect(dead!.error).not.toContain('secret');
  expect(world.parley.faults).toHaveLength(5);
});

test('a dead letter can be retried, and is gone once it gets through', async () => {
  await world.deliver(channel, [message({ body: 'poison of old' })]);
  await world.drain();
  for (let attempt = 2; attempt <= 5; attempt++) await letTimePass();
  const [dead] = await deliveries({ status: 'DEAD' });
  const retry = async (id: string) => {
    const { inboundDelivery } = await must<{ inboundDelivery: Delivery }>(
      channel.owner,
      'inboundDeliveryRetry',
      { id },
      'inboundDelivery { status attempts }',
    );
    expect(inboundDelivery).toMatchObject({ status: 'PENDING', attempts: 0 });
    await world.drain();
  };
  await retry(dead!.id);
  expect((await deliveries())[0]).toMatchObject({ status: 'PENDING', attempts: 1 });
  await asOwner(world.parley, 'alter table message disable trigger refuse_poison');
  await retry(dead!.id);
  await asOwner(world.parley, 'alter table message enable trigger refuse_poison');
  expect((await deliveries())[0]).toMatchObject({ id: dead!.id, status: 'PROCESSED' });
  expect(await bodies()).toEqual(['poison of old']);
  expect(await refused(channel.owner, 'inboundDeliveryRetry', { id: dead!.id })).toEqual([
    { code: 'INVALID_STATE', path: ['id'] },
  ]);
});

test('who is limited to other channels sees nothing of them, and can do nothing', async () => {
  await world.post(channel, 'x');
  await world.drain();
  const [dead] = await deliveries();
  const other = await world.connect(channel);
  const { token } = await makeKey(channel.owner, {
    scopes: ['CHANNEL_MANAGE', 'CHANNEL_READ', 'WORKSPACE_READ'],
    channelIds: [other.id],
  });
  const limited = world.parley.as(token);
  for (const status of [null, 'DEAD', 'PENDING', 'PROCESSED']) {
    expect(await deliveries({ status }, limited)).toEqual([]);
  }
  const node = await limited.query('query ($id: ID!) { node(id: $id) { id } }', { id: dead!.id });
  expect(node).toEqual({ node: null });
  expect(await refused(limited, 'inboundDeliveryRetry', { id: dead!.id })).toMatchObject([
    { code: 'NOT_FOUND' },
  ]);
  expect(await refused(limited, 'channelReplay', { channelId: channel.id })).toMatchObject([
    { code: 'NOT_FOUND' },
  ]);
});

describe('a replay of a channel', () => {
  const replay = async (input: object | null = null): Promise<number> => {
    const { deliveryCount } = await must<{ deliveryCount: number }>(
      channel.owner,
      'channelReplay',
      { channelId: channel.id, input },
      'deliveryCount channel { id }',
    );
    await world.drain();
    return deliveryCount;
  };

  test('changes nothing where all was known', async () => {
    const author = { externalId: 'ada', displayName: 'Ada' };
    const items = [
      message({ threadKey: 't', externalId: 'one', author }),
      message({ threadKey: 't', externalId: 'two', author, replyTo: 'one' }),
      { type: 'edit', externalId: 'one', body: 'Changed', editedAt: '2026-02-01T11:00:00Z' },
      {
        ...{ type: 'reaction', externalId: 'two', actor: author, reaction: '👍', removed: false },
        at: '2026-02-01T12:00:00Z',
      },
      { type: 'deletion', externalId: 'two', deletedAt: '2026-02-01T13:00:00Z' },
    ];
    for (const item of items) await world.deliver(channel, [item]);
    await world.drain();
    const before = await everythingMade();
    expect(await replay()).toBe(5);
    expect(await everythingMade()).toEqual(before);
  });

  test('brings back what is not there, to the same conversation', async () => {
    for (const body of ['one', 'two', 'three']) {
      await world.deliver(channel, [message({ threadKey: 't', body })]);
    }
    await world.drain();
    await asOwner(
      world.parley,
      'update conversation set last_message_id = null where channel_id = $1',
      [channel.channelId],
    );
    await asOwner(world.parley, 'delete from touchpoint where channel_id = $1', [
      channel.channelId,
    ]);
    await asOwner(world.parley, 'delete from message where channel_id = $1', [channel.channelId]);
    await replay();
    expect(await bodies()).toEqual(['one', 'three', 'two']);
  });

  test('takes its dead letters along, and nothing from outside of its time', async () => {
    await world.post(channel, 'unreadable');
    await world.drain();
    expect(await replay({ to: '2026-01-01T00:00:00Z' })).toBe(0);
    expect(await replay({ from: '2026-01-01T00:00:00Z' })).toBe(1);
    expect(await deliveries({ status: 'DEAD' })).toMatchObject([{ attempts: 1 }]);
  });

  test('is left to a job where there are many', async () => {
    await asOwner(
      world.parley,
      `insert into inbound_delivery (workspace_id, id, channel_id, received_at, source, event_key, body)
       select $1, gen_random_uuid(), $2, now() - n * interval '1 ms', 'WEBHOOK', n::text, convert_to('{"items":[]}', 'UTF8')
       from generate_series(1, 4500) n`,
      [channel.workspaceId, channel.channelId],
    );
    expect(await replay()).toBe(4_500);
    expect(await deliveries({ status: 'PENDING' })).toEqual([]);
  });

  test('is refused where no connector reads', async () => {
    const { id } = await must<{ channel: { id: string } }>(
      channel.owner,
      'channelCreate',
      { input: { kind: 'X', name: 'Own', externalId: 'own', visibility: 'PUBLIC' } },
      'channel { id }',
    ).then(({ channel: made }) => made);
    expect(await refused(channel.owner, 'channelReplay', { channelId: id })).toEqual([
      { code: 'INVALID_STATE', path: ['channelId'] },
    ]);
  });
});
