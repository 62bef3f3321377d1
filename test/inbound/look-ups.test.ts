import { custom } from '../../src/connectors/custom';
import type { Connector } from '../../src/connectors/kit/connector';
import { Rejected, RetryLater } from '../../src/connectors/kit/errors';
import type { InboundItem } from '../../src/connectors/kit/item';
import { readLookUp, type LookUp } from '../../src/connectors/kit/look-up';
import { must } from '../support/call';
import { asOwner } from '../support/owner';
import { InboundWorld, message, type CustomChannel } from './inbound-world';

/** What a delivery names without telling it, and the platform is asked for. */

const asked: LookUp[] = [];
let answer: (of: LookUp) => unknown;

/** Asks for the name of each person who writes. */
const curious: Connector = {
  ...custom,
  manifest: { ...custom.manifest, id: 'curious' },
  normalise(delivery) {
    const found = readLookUp(delivery);
    if (found) {
      if (found.refusal) return [];
      const { externalId } = found.about as { externalId: string };
      const { name } = found.answer as { name: string };
      const party = { externalId, displayName: name };
      return [{ type: 'party', party, at: delivery.receivedAt }];
    }
    const items = custom.normalise(delivery);
    return [...items, ...items.flatMap(lookUpOf)];
  },
  lookUp(of) {
    asked.push(of);
    return Promise.resolve(answer(of));
  },
};

function lookUpOf(item: InboundItem): InboundItem[] {
  if (item.type !== 'message' || !item.author || !('externalId' in item.author)) return [];
  const { externalId } = item.author;
  return [{ type: 'lookUp', key: `profile:${externalId}`, about: { externalId } }];
}

let world: InboundWorld;
beforeAll(async () => {
  world = await InboundWorld.create({ connectors: { custom, curious } });
});
afterAll(() => world.close());
beforeEach(() => {
  asked.splice(0);
  answer = ({ about }) => ({ name: `Name of ${String(about['externalId'])}` });
});

const from = (externalId: string) => message({ author: { externalId } });

async function namesOf({ owner }: CustomChannel): Promise<string[]> {
  const { customers } = await owner.query<{ customers: { nodes: { name: string | null }[] } }>(
    '{ customers { nodes { name } } }',
  );
  return customers.nodes.map(({ name }) => String(name)).sort();
}

async function sourcesOf({ channelId }: CustomChannel): Promise<string[]> {
  const rows = await asOwner<{ source: string }>(
    world.parley,
    'select source from inbound_delivery where channel_id = $1 order by id',
    [channelId],
  );
  return rows.map(({ source }) => source);
}

test('what a delivery asks for is looked up once, and comes in as a delivery of its own', async () => {
  const channel = await world.connect(undefined, 'curious');
  await world.deliver(channel, [from('ada'), from('ada'), from('bruno')]);
  await world.drain();
  await world.deliver(channel, [from('ada')]);
  await world.drain();
  expect(asked.map(({ key }) => key).sort()).toEqual(['profile:ada', 'profile:bruno']);
  expect(await namesOf(channel)).toEqual(['Name of ada', 'Name of bruno']);
  expect((await sourcesOf(channel)).sort()).toEqual(['POLL', 'POLL', 'WEBHOOK', 'WEBHOOK']);
});

test('a replay gives the same without asking anybody', async () => {
  const channel = await world.connect(undefined, 'curious');
  await world.deliver(channel, [from('chiamaka')]);
  await world.drain();
  answer = () => {
    throw new Error('asked again');
  };
  const of = { channelId: channel.id };
  await must(channel.owner, 'channelReplay', of, 'channel { id }');
  await world.drain();
  expect(asked).toHaveLength(1);
  expect(await namesOf(channel)).toEqual(['Name of chiamaka']);
});

test('what the platform never tells is not asked again', async () => {
  const channel = await world.connect(undefined, 'curious');
  answer = () => {
    throw new Rejected('NO_CONSENT', 'The person has not agreed.');
  };
  await world.deliver(channel, [from('dag')]);
  await world.drain();
  await world.deliver(channel, [from('dag')]);
  await world.drain();
  expect(asked).toHaveLength(1);
  expect(await sourcesOf(channel)).toEqual(['WEBHOOK', 'POLL', 'WEBHOOK']);
});

test('what fails for now is asked again', async () => {
  const channel = await world.connect(undefined, 'curious');
  answer = () => {
    throw new RetryLater('The platform is down.');
  };
  await world.deliver(channel, [from('emi')]);
  await world.drain();
  expect(asked.length).toBeGreaterThan(0);
  answer = () => ({ name: 'Emi' });
  await world.deliver(channel, [from('emi')]);
  await world.drain();
  expect(await namesOf(channel)).toEqual(['Emi']);
});

test('what comes from outside is no answer, whatever its headers say', async () => {
  const channel = await world.connect(undefined, 'curious');
  const body = { lookUp: { key: 'k', about: { externalId: 'x' } }, answer: { name: 'Forged' } };
  await world.post(channel, body, { headers: { 'parley-look-up': '1' } });
  await world.drain();
  expect(await namesOf(channel)).toEqual([]);
});
