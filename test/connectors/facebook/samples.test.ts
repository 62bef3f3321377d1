import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformance } from '../../../src/connectors/facebook/conformance';
import { signatureOf } from '../../../src/connectors/meta/signature';
import { SamplesWorld, type Sample, type SampleAccount } from '../samples-over-http';

/** The samples of the fixtures, which are those of restfb and some of the project's own. */
const own = join(__dirname, '../../../src/connectors/facebook/fixtures');
/** restfb's as they were collected, and whatever else there is. */
const payloads = join(__dirname, '../../../../shared/payloads');

const { externalId } = conformance.account;
const account: SampleAccount = {
  ...{ connector: 'facebook', externalId, identityScope: externalId },
  settings: conformance.settings,
  sign: (body, { appSecret }) => ({
    'x-hub-signature-256': signatureOf(body, String(appSecret)),
  }),
};

function samplesIn(folder: string): Sample[] {
  return readdirSync(folder)
    .filter((file) => /^(?!profile).*(?<!\.items|\.headers)\.json$/.test(file))
    .sort()
    .map((file) => ({ name: file, body: readFileSync(join(folder, file)) }));
}

/**
 * Different samples tell different things of one object, as no platform does: each gets objects of
 * its own, but for those that hang together.
 */
function withOwnIds({ name, body }: Sample): Sample {
  const group =
    /^(messaging-message-(edits|isdeleted)|feed-post|feed-reaction)/.exec(name)?.[0] ?? name;
  const text = body
    .toString()
    .replace(/"(mid|comment_id|post_id|parent_id)"(\s*:\s*)"([^"]+)"/g, `"$1"$2"$3-${group}"`)
    .replaceAll(`${externalId}-${group}"`, `${externalId}"`);
  return { name, body: Buffer.from(text) };
}

// many requests one after the other, on machines that have other things to do
jest.setTimeout(120_000);

let world: SamplesWorld;
beforeAll(async () => {
  world = await SamplesWorld.create();
});
afterAll(() => world.close());

test('the samples come to the same graph in whatever order, and however often, they come', async () => {
  const samples = samplesIn(own).map(withOwnIds);
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

describe.each(['facebook-messenger', 'facebook-feed', 'facebook-other'])('%s', (name) => {
  const folder = join(payloads, name);
  const run = existsSync(folder) ? test : test.skip;

  run('is taken in as it was collected, whatever Pages it is about', async () => {
    const samples = samplesIn(folder);
    const pages = samples.flatMap(
      ({ body }) => /"id"\s*:\s*"?([\w ]+)"?/.exec(pageIn(body))?.[1] ?? [],
    );
    for (const page of new Set(pages)) {
      const channel = await world.connect({ ...account, externalId: page, identityScope: page });
      const mine = samples.filter(({ body }) => body.includes(page));
      await world.tell(channel, mine);
      expect(await world.troubles(channel)).toEqual([]);
    }
  });
});

/** The part of a body that names the Page. */
function pageIn(body: Buffer): string {
  const { entry } = JSON.parse(body.toString()) as { entry: { id: unknown }[] };
  return JSON.stringify({ id: entry[0]!.id });
}

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
  const answer = await ask(String(account.settings.verifyToken));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('1158201444');
  expect((await ask('wrong')).status).toBe(401);
});
