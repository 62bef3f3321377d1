import { createRequire } from 'node:module';
import { join } from 'node:path';
import pino from 'pino';
import { bluesky } from '../../src/connectors/bluesky';
import { countGraphemes, facetsOf } from '../../src/connectors/bluesky/facets';
import type {
  ConnectedChannel,
  ConnectorContext,
  KnownMessage,
  OutboundMessage,
} from '../../src/connectors/kit/connector';
import { createConnectorAgent, createConnectorHttp } from '../../src/connectors/kit/http-client';
import { ReconnectNeeded } from '../../src/connectors/kit/errors';
import { OutgoingGuard } from '../../src/outgoing/guard';
import { BlueskyNetwork } from './bluesky-network';
import { Person, type Ref } from './bluesky-person';

/** The connector alone, with the kit's real client, against the real network. */

let network: BlueskyNetwork;
const guard = new OutgoingGuard({ names: ['localhost'], networks: [] });
const agent = createConnectorAgent(guard);

// installing the network the first time takes a minute or two
jest.setTimeout(300_000);

beforeAll(async () => {
  network = await BlueskyNetwork.start();
});

afterAll(async () => {
  await agent.close();
  await network?.stop();
});

/** A channel that is kept in memory. */
class Bench {
  private settings: Record<string, unknown>;

  private constructor(private readonly company: Person) {
    this.settings = {
      ...{ service: network.service, historyDays: 7 },
      ...{ identifier: company.handle, appPassword: company.password },
    };
  }

  static async connect(company: Person): Promise<Bench> {
    const bench = new Bench(company);
    const account = await bluesky.connect(bench.context());
    expect(account).toMatchObject({ externalId: company.did, name: company.handle });
    Object.assign(bench.settings, account.settings);
    return bench;
  }

  get channel(): ConnectedChannel {
    return {
      ...{ id: 'chn_1', name: 'Brand', externalId: this.company.did, identityScope: '' },
      settings: { ...this.settings },
    };
  }

  context(): ConnectorContext {
    const { signal } = new AbortController();
    return {
      channel: this.channel,
      webhookUrl: null,
      http: createConnectorHttp({ agent, hosts: ['localhost'], signal }),
      log: pino({ level: 'silent' }),
      signal,
      clock: () => new Date(),
      resolve: (host) => guard.lookUp(host, 'http:'),
      renewSettings: async (renew) => {
        Object.assign(this.settings, await renew(this.settings));
        return { ...this.settings };
      },
    };
  }

  change(settings: Record<string, unknown>): void {
    Object.assign(this.settings, settings);
  }
}

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function answerTo({ uri, cid }: Ref, body: string): OutboundMessage {
  const replyTo: KnownMessage = {
    ...{ externalId: uri, direction: 'INBOUND', body: '', sentAt: new Date(), platform: { cid } },
  };
  return {
    ...{ id: 'msg_1', clientKey: body, body, content: null, attachments: [], replyTo },
    ...{ queuedAt: new Date(), isHuman: true, authorName: null, plannedId: null },
    conversation: {
      ...{ id: 'cnv_1', threadKey: uri, visibility: 'PUBLIC', subject: null, platform: {} },
      ...{ customer: null, lastInboundAt: null, history: [] },
    },
  };
}

async function setting(): Promise<{ bench: Bench; brand: Person; ana: Person; asked: Ref }> {
  const brand = await Person.join(network.service, 'brand');
  const ana = await Person.join(network.service, 'ana');
  const asked = await ana.mention(brand, 'where is it?');
  return { bench: await Bench.connect(brand), brand, ana, asked };
}

test('a message that is sent again is there once, with the same answer', async () => {
  const { bench, brand, asked } = await setting();
  const picture = {
    ...{ fileName: 'a.png', contentType: 'image/png', byteSize: pixel.length },
    read: () => Promise.resolve(pixel),
  };
  const message = { ...answerTo(asked, 'On its way 🚚'), attachments: [picture] };
  expect(await bluesky.findSent(message, bench.context())).toBeNull();
  const sent = await bluesky.send(message, bench.context());
  expect(sent.externalId).toBe(bluesky.plannedId(message, bench.channel));
  expect(await bluesky.send(message, bench.context())).toEqual(sent);
  expect(await bluesky.findSent(message, bench.context())).toEqual(sent);
  expect(await brand.ownPosts()).toHaveLength(1);

  // also with other content, as after a handle has come to lead elsewhere
  const other = { ...message, body: 'Something else' };
  expect(await bluesky.send(other, bench.context())).toEqual(sent);
  expect(await brand.ownPosts()).toMatchObject([{ value: { text: 'On its way 🚚' } }]);
});

test('what was deleted meanwhile is not posted again by a late attempt', async () => {
  const { bench, brand, asked } = await setting();
  const message = answerTo(asked, 'Oh no');
  const { externalId, platform = {} } = await bluesky.send(message, bench.context());
  const known = { ...message.replyTo!, externalId, platform };
  await bluesky.remove(known, bench.context());
  await bluesky.remove(known, bench.context());
  expect(await brand.ownPosts()).toEqual([]);
  expect(await bluesky.findSent(message, bench.context())).toBeNull();
});

test('a post of somebody else is not ours to delete', async () => {
  const { bench, asked } = await setting();
  const { replyTo } = answerTo(asked, '');
  await expect(bluesky.remove(replyTo!, bench.context())).rejects.toMatchObject({
    code: 'NOT_OURS',
  });
});

test('a token that is no good is renewed, by the app password if it must be', async () => {
  const { bench } = await setting();
  bench.change({ accessJwt: 'garbage' });
  await bluesky.probe(bench.context());
  expect(bench.channel.settings.accessJwt).not.toBe('garbage');
  bench.change({ accessJwt: 'garbage', refreshJwt: 'garbage' });
  await bluesky.probe(bench.context());
  bench.change({ accessJwt: 'garbage', refreshJwt: 'garbage', appPassword: 'wrong' });
  await expect(bluesky.probe(bench.context())).rejects.toBeInstanceOf(ReconnectNeeded);
});

test('the bytes of an image are those that were posted', async () => {
  const { bench, ana } = await setting();
  const blob = (await ana.upload(pixel, 'image/png')) as { ref: { $link: string } };
  const embed = { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: '' }] };
  await ana.post('look', { embed });
  const file = { externalId: `${ana.did}/${blob.ref.$link}`, url: null };
  const { bytes, contentType } = await bluesky.fetchMedia(file, bench.context(), 1_000);
  expect([bytes.equals(pixel), contentType]).toEqual([true, 'image/png']);
});

test.each([
  'plain',
  '@known.test and (@known.test) 👩‍👩‍👧‍👦🇸🇮 https://example.test/č?x=(1) #pomoč!',
  'mail me@known.test, #1 #２ #a_b. https://a.test/x). $acme €5',
  'first\nhttps://a.test/b,\n#tag\t@known.test',
])('facets of %j are those that Bluesky’s own library finds', async (text) => {
  const { RichText } = createRequire(join(network.folder, 'package.json'))('@atproto/api') as {
    RichText: new (options: { text: string }) => {
      detectFacetsWithoutResolution(): void;
      facets?: { index: object; features: object[] }[];
      graphemeLength: number;
    };
  };
  const theirs = new RichText({ text });
  theirs.detectFacetsWithoutResolution();
  const plain = (list: readonly { index: object; features: readonly object[] }[]) =>
    list.map(({ index, features }) => ({ index, features }));
  const ours = await facetsOf(text, (handle) => Promise.resolve(handle));
  expect(plain(ours)).toEqual(plain(theirs.facets ?? []));
  expect(countGraphemes(text)).toBe(theirs.graphemeLength);
});
