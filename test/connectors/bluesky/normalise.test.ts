import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { bluesky } from '../../../src/connectors/bluesky';
import { parseAtUri } from '../../../src/connectors/bluesky/at-uri';
import type { ConnectedChannel } from '../../../src/connectors/kit/connector';
import { Unreadable } from '../../../src/connectors/kit/errors';
import type { InboundItem } from '../../../src/connectors/kit/item';

const folder = join(__dirname, '../../../src/connectors/bluesky/fixtures');
const company = 'did:plc:m5glnqyf4c5spa3p2jyca7i2';
const channel: ConnectedChannel = {
  ...{ id: 'chn_1', name: 'Brand', externalId: company, identityScope: '', settings: {} },
};

function itemsOf(body: string | Buffer): InboundItem[] {
  const receivedAt = new Date('2026-11-22T00:41:00Z');
  return bluesky.normalise(
    { source: 'POLL', headers: {}, body: Buffer.from(body), receivedAt },
    channel,
  );
}

const names = readdirSync(folder)
  .filter((name) => !name.endsWith('.items.json'))
  .map((name) => name.replace('.json', ''));

test.each(names)('%s says what its pair says', (name) => {
  const items = itemsOf(readFileSync(join(folder, `${name}.json`)));
  const pair = readFileSync(join(folder, `${name}.items.json`), 'utf8');
  expect(JSON.parse(JSON.stringify(items))).toEqual(JSON.parse(pair));
});

/** A delivery of a fixture, changed. */
function changed(name: string, change: (it: Delivery) => void): InboundItem[] {
  const it = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Delivery;
  change(it);
  return itemsOf(JSON.stringify(it));
}

interface Delivery {
  notification: {
    indexedAt: string;
    author: Record<string, unknown>;
    record: Record<string, unknown>;
  };
}

test.each([
  ['that is no JSON', 'nonsense'],
  ['that is no object', '[]'],
  ['of another kind', '{"type":"news"}'],
  ['without its post', '{"type":"notification","notification":{},"profile":null,"ancestors":[]}'],
])('a delivery %s is unreadable', (_, body) => {
  expect(() => itemsOf(body)).toThrow(Unreadable);
});

test('an app that says a post is from the future is not believed', () => {
  const [item] = changed('mention', ({ notification }) => {
    notification.record.createdAt = '2099-01-01T00:00:00.000Z';
  });
  expect(item).toMatchObject({ sentAt: new Date('2026-11-22T00:39:19.221Z') });
});

test('a post whose time is no time counts from when the network saw it', () => {
  const [item] = changed('mention', ({ notification }) => {
    notification.record.createdAt = 'yesterday';
  });
  expect(item).toMatchObject({ sentAt: new Date('2026-11-22T00:39:19.221Z') });
});

test('a handle that does not lead back to the account is no name for it', () => {
  const [item] = changed('follow', ({ notification }) => {
    notification.author.handle = 'handle.invalid';
  });
  expect(item).toMatchObject({ party: { handle: null, displayName: 'Ana Kupec' } });
});

const blob = (cid: string, mimeType: string) => ({
  ...{ $type: 'blob', ref: { $link: cid }, mimeType, size: 5 },
});
const quoted = { uri: `at://${company}/app.bsky.feed.post/3n2ueumr3is2h`, cid: 'c' };
const page = { uri: 'https://example.test', title: 'Example', description: '', thumb: null };

test.each([
  [
    'a page',
    { $type: 'app.bsky.embed.external', external: page },
    { content: { share: { url: 'https://example.test', title: 'Example' } }, attachments: [] },
  ],
  [
    'a video',
    { $type: 'app.bsky.embed.video', video: blob('v', 'video/mp4'), alt: 'it falls' },
    {
      content: { media: [{ cid: 'v', alt: 'it falls', aspectRatio: null }] },
      attachments: [{ contentType: 'video/mp4', externalId: 'did:plc:zrknq5w5nie3socvsqtw7bly/v' }],
    },
  ],
  [
    'a quote with an image of before 2023',
    {
      $type: 'app.bsky.embed.recordWithMedia',
      record: { record: quoted },
      media: {
        $type: 'app.bsky.embed.images',
        images: [{ image: { cid: 'i', mimeType: 'image/jpeg' }, alt: '' }],
      },
    },
    {
      content: { share: { externalId: quoted.uri } },
      attachments: [{ externalId: 'did:plc:zrknq5w5nie3socvsqtw7bly/i' }],
    },
  ],
  [
    'a feed',
    {
      $type: 'app.bsky.embed.record',
      record: { uri: 'at://did:plc:x/app.bsky.feed.generator/f', cid: 'c' },
    },
    { content: { unsupported: 'app.bsky.feed.generator' } },
  ],
  [
    'what is not known yet',
    { $type: 'app.bsky.embed.hologram', rays: [] },
    { content: { unsupported: 'app.bsky.embed.hologram' } },
  ],
  [
    'what is not what it says',
    { $type: 'app.bsky.embed.images', images: 'none' },
    { content: { unsupported: 'app.bsky.embed.images' } },
  ],
])('%s comes with the post that embeds it', (_, embed, expected) => {
  const [item] = changed('mention', ({ notification }) => {
    notification.record.embed = embed;
  });
  expect(item).toMatchObject(expected);
});

test('whatever a record holds, it is read or said to be unreadable', () => {
  fc.assert(
    fc.property(fc.constantFrom('mention', 'reply', 'like'), fc.jsonValue(), (name, value) => {
      for (const part of ['record', 'author', 'indexedAt'] as const) {
        try {
          changed(name, ({ notification }) => {
            (notification as Record<string, unknown>)[part] = value;
          });
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
        }
      }
    }),
  );
});

test('names of records are taken apart only where they are names', () => {
  expect(parseAtUri(quoted.uri)).toMatchObject({ did: company, rkey: '3n2ueumr3is2h' });
  expect(parseAtUri('at://brand.test/app.bsky.feed.post/1')).toBeNull();
  expect(parseAtUri('https://bsky.app/profile/x/post/1')).toBeNull();
});
