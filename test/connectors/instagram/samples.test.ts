import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { instagram } from '../../../src/connectors/instagram';
import { conformance } from '../../../src/connectors/instagram/conformance';
import type { SignedWebhook } from '../../../src/connectors/kit/conformance/subject';
import type { ConnectedChannel } from '../../../src/connectors/kit/connector';
import { SamplesWorld, type Sample, type SampleAccount } from '../samples-over-http';

/** Fixtures, and the official samples where they lie beside the sources, as they come over HTTP. */

const fixtures = join(__dirname, '../../../src/connectors/instagram/fixtures');
const shared = join(__dirname, '../../../../shared/payloads/instagram');

function samplesIn(folder: string): Sample[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !/\.(items|headers)\.json$|^told-/.test(file))
    .sort()
    .map((name) => ({ name, body: readFileSync(join(folder, name)) }));
}

const sign = (body: Buffer, settings: Readonly<Record<string, unknown>>) =>
  (conformance.webhook as SignedWebhook).sign(body, settings, new Date(0));

const account: SampleAccount = {
  connector: 'instagram',
  externalId: conformance.account.externalId,
  // look-ups are tried by `talk.test.ts`: here nobody is there to ask
  settings: { ...conformance.settings, apiUrl: 'http://127.0.0.1:1' },
  sign,
};

let world: SamplesWorld;
beforeAll(async () => {
  world = await SamplesWorld.create();
});
afterAll(() => world.close());

test('samples that come twice, and in the reversed order, come to the same', async () => {
  const samples = samplesIn(fixtures);
  const forwards = await world.connect(account);
  const once = await world.tell(forwards, samples);
  expect((once['conversations'] as unknown[]).length).toBeGreaterThan(5);
  expect(await world.tell(forwards, samples)).toEqual(once);
  expect(await world.troubles(forwards)).toEqual([]);
  const backwards = await world.connect(account);
  expect(await world.tell(backwards, [...samples].reverse())).toEqual(once);
  expect(await world.troubles(backwards)).toEqual([]);
});

const official = samplesIn(shared);

(official.length > 0
  ? test.each(official)
  : test.skip.each([{ name: 'official samples', body: Buffer.alloc(0) }]))(
  'takes $name as it was published',
  ({ body }) => {
    const entry = (JSON.parse(body.toString()) as { entry: { id: string }[] }).entry[0]!;
    const channel: ConnectedChannel = {
      ...{ id: 'chn_1', name: 'Account', externalId: entry.id, identityScope: '' },
      settings: conformance.settings,
    };
    const raw = { source: 'WEBHOOK', headers: {}, body, receivedAt: new Date() } as const;
    expect(instagram.normalise(raw, channel)).not.toEqual([]);
  },
);

test('what is not signed by the app, or by another one, is refused', async () => {
  const channel = await world.connect(account);
  const [{ body }] = samplesIn(fixtures) as [Sample];
  const flipped = Buffer.from(body);
  flipped[10]! ^= 1;
  const good = sign(body, account.settings);
  const other = sign(body, { ...account.settings, appSecret: 'another' });
  const statuses = [
    await world.post(channel, flipped, good),
    await world.post(channel, body, {}),
    await world.post(channel, body, other),
    await world.post(channel, body, good),
  ];
  expect(statuses).toEqual([401, 401, 401, 200]);
  const { appSecret: _, ...unset } = account.settings;
  const mute = await world.connect({ ...account, settings: unset });
  expect(await world.post(mute, body, good)).toBe(401);
});
