import { custom } from '../../src/connectors/custom';
import type { Connector } from '../../src/connectors/kit/connector';
import { asOwner } from '../support/owner';
import { unique } from '../support/world';
import { InboundWorld, message, newSecret, type CustomChannel } from './inbound-world';

/** One address for all accounts of an app, as Meta has it: who gets what. */

/** Bodies hold entries, each of one account, with items. */
const shared: Connector = {
  ...custom,
  manifest: { ...custom.manifest, id: 'shared' },
  webhook: {
    ...custom.webhook,
    accounts: (body) => entriesOf(body).map(({ account }) => account),
  },
  normalise: (delivery, { externalId }) =>
    entriesOf(delivery.body)
      .filter(({ account }) => account === externalId)
      .flatMap(({ items }) =>
        custom.normalise({ ...delivery, body: Buffer.from(JSON.stringify({ items })) }),
      ),
};

interface Entry {
  account: string;
  items: object[];
}

function entriesOf(body: Buffer): Entry[] {
  return (JSON.parse(body.toString()) as { entries: Entry[] }).entries;
}

let world: InboundWorld;
beforeAll(async () => {
  world = await InboundWorld.create({ connectors: { custom, shared } });
});
afterAll(() => world.close());

interface Accounted extends CustomChannel {
  account: string;
}

/** Channels of one workspace, whose requests are signed with one secret. */
async function channels(secrets: readonly string[]): Promise<Accounted[]> {
  const of = await world.parley.workspace();
  const made: Accounted[] = [];
  for (const secret of secrets) {
    const account = unique('account');
    const channel = await world.connect(of, 'shared', { secret, externalId: account });
    made.push({ ...channel, account });
  }
  return made;
}

const entry = (account: string, body: string) => ({ account, items: [message({ body })] });

async function send(to: CustomChannel, entries: object[], id?: string): Promise<void> {
  const response = await world.post(to, { entries }, { id });
  expect(response.status).toBe(200);
}

async function storedFor({ channelId }: CustomChannel): Promise<number> {
  const [row] = await asOwner<{ count: number }>(
    world.parley,
    'select count(*)::int as count from inbound_delivery where channel_id = $1',
    [channelId],
  );
  return row!.count;
}

async function bodiesOf({ owner, id }: CustomChannel): Promise<string[]> {
  const { conversations } = await owner.query<{
    conversations: { nodes: { messages: { nodes: { body: string }[] } }[] };
  }>(
    `query Of($id: ID!) { conversations(filter: { channelIds: [$id] }) {
       nodes { messages { nodes { body } } } } }`,
    { id },
  );
  return conversations.nodes
    .flatMap(({ messages }) => messages.nodes.map(({ body }) => body))
    .sort();
}

test('a request that names several accounts is stored for each, once, and each reads its own', async () => {
  const secret = newSecret();
  const [one, two, three] = (await channels([secret, secret, secret])) as [
    Accounted,
    Accounted,
    Accounted,
  ];
  const entries = [
    entry(one.account, 'to one'),
    entry(two.account, 'to two'),
    entry(one.account, 'to one again'),
    entry('of nobody', 'to nobody'),
  ];
  await send(one, entries, 'same');
  await send(one, entries, 'same');
  await world.drain();
  expect(await Promise.all([one, two, three].map(storedFor))).toEqual([1, 1, 0]);
  expect(await bodiesOf(one)).toEqual(['to one', 'to one again']);
  expect(await bodiesOf(two)).toEqual(['to two']);
});

test('what is about others only is not kept by the channel whose address it came to', async () => {
  const secret = newSecret();
  const [one, two] = (await channels([secret, secret])) as [Accounted, Accounted];
  await send(one, [entry(two.account, 'to two')]);
  await world.drain();
  expect(await Promise.all([one, two].map(storedFor))).toEqual([0, 1]);
  expect(await bodiesOf(two)).toEqual(['to two']);
});

test('what no channel here has stays where it came, and makes nothing', async () => {
  const [one] = (await channels([newSecret()])) as [Accounted];
  await send(one, [entry('of nobody', 'to nobody')]);
  await world.drain();
  expect(await storedFor(one)).toBe(1);
  expect(await bodiesOf(one)).toEqual([]);
});

test('a channel whose secret does not verify the request gets nothing of it', async () => {
  const [one, two] = (await channels([newSecret(), newSecret()])) as [Accounted, Accounted];
  await send(one, [entry(one.account, 'to one'), entry(two.account, 'forged')]);
  await world.drain();
  expect(await Promise.all([one, two].map(storedFor))).toEqual([1, 0]);
  expect(await bodiesOf(two)).toEqual([]);
});

test('neither a disconnected channel gets anything, nor one of another workspace', async () => {
  const secret = newSecret();
  const [one, gone] = (await channels([secret, secret])) as [Accounted, Accounted];
  const [foreign] = (await channels([secret])) as [Accounted];
  await asOwner(world.parley, `update channel set status = 'DISCONNECTED' where id = $1`, [
    gone.channelId,
  ]);
  const entries = [one, gone, foreign].map(({ account }) => entry(account, 'to all'));
  await send(one, entries);
  await world.drain();
  expect(await Promise.all([one, gone, foreign].map(storedFor))).toEqual([1, 0, 0]);
});

test('a body that can’t be read is kept where it came, for a person to look at', async () => {
  const [one] = (await channels([newSecret()])) as [Accounted];
  const response = await world.post(one, '{"entries":');
  expect(response.status).toBe(200);
  await world.drain();
  expect(await storedFor(one)).toBe(1);
});
