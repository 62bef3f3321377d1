import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformance } from '../../../src/connectors/whatsapp/conformance';
import { SamplesWorld, type Sample, type SampleAccount } from '../samples-over-http';

/** The samples of Meta's document, and others that are written for the project. */
const own = join(__dirname, '../../../src/connectors/whatsapp/fixtures');
/** The same once more as they were collected, and whatever else there is. */
const collected = join(__dirname, '../../../../shared/payloads/whatsapp');

const account: SampleAccount = {
  connector: 'whatsapp',
  externalId: conformance.account.externalId,
  settings: conformance.settings,
  sign: (body, { appSecret }) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', String(appSecret)).update(body).digest('hex')}`,
  }),
};

function samplesIn(folder: string): Sample[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.items.json'))
    .sort()
    .map((file) => ({ name: file, body: readFileSync(join(folder, file)) }));
}

/** Meta's samples use one id for several messages: each gets one of its own. */
function withOwnIds({ name, body }: Sample): Sample {
  const rewritten = JSON.stringify(JSON.parse(body.toString()), (key, value: unknown) => {
    if (key !== 'messages' || !Array.isArray(value)) return value;
    return value.map((message: { id: string }) => ({ ...message, id: `${message.id} ${name}` }));
  });
  return { name, body: Buffer.from(rewritten) };
}

let world: SamplesWorld;
beforeAll(async () => {
  world = await SamplesWorld.create();
});
afterAll(() => world.close());

const sets = [
  ['of the fixtures', own],
  ['that were collected', collected],
] as const;

describe.each(sets)('the samples %s', (_name, folder) => {
  const run = existsSync(folder) ? test : test.skip;

  run('come to the same graph in whatever order, and however often, they come', async () => {
    const samples = samplesIn(folder).map(withOwnIds);
    const once = await world.connect(account);
    const graph = await world.tell(once, samples);
    expect(await world.troubles(once)).toEqual([]);

    const twice = await world.connect(account);
    expect(await world.tell(twice, [...samples, ...samples])).toEqual(graph);
    expect(await world.troubles(twice)).toEqual([]);

    const backwards = await world.connect(account);
    expect(await world.tell(backwards, [...samples].reverse())).toEqual(graph);
    expect(await world.troubles(backwards)).toEqual([]);
  });
});

test('what is not signed with the secret of the channel is refused, and nothing is kept', async () => {
  const channel = await world.connect(account);
  const [sample] = samplesIn(own);
  const good = account.sign(sample!.body, account.settings);
  const flipped = Buffer.from(sample!.body);
  flipped[flipped.length - 5]! ^= 1;
  const other = account.sign(sample!.body, { appSecret: 'another-secret' });
  expect(await world.post(channel, flipped, good)).toBe(401);
  expect(await world.post(channel, sample!.body, {})).toBe(401);
  expect(await world.post(channel, sample!.body, other)).toBe(401);
  const unset = { ...account, settings: { ...account.settings, appSecret: null } };
  expect(await world.post(await world.connect(unset), sample!.body, good)).toBe(401);
  const foreign = { ...account, settings: { ...account.settings, appSecret: 'its own' } };
  expect(await world.post(await world.connect(foreign), sample!.body, good)).toBe(401);
  const { inboundDeliveries } = await channel.owner.query<{
    inboundDeliveries: { nodes: object[] };
  }>('{ inboundDeliveries(first: 5) { nodes { id } } }');
  expect(inboundDeliveries.nodes).toEqual([]);
});

test('the handshake gives the challenge back to whom knows the token', async () => {
  const { url } = await world.connect(account);
  const ask = (token: string) =>
    fetch(`${url}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
  const answer = await ask(String(account.settings['verifyToken']));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toBe('1158201444');
  expect((await ask('wrong')).status).toBe(401);
});
