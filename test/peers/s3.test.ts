import { S3Store } from '../../src/files/s3-store';
import { digestOf } from '../../src/files/files';
import { InboundWorld, message } from '../inbound/inbound-world';
import { S3Server } from './s3-server';

/** Files in a bucket of a server that speaks S3 and was not written for Parley. */

const workspaceId = '01890000-0000-7000-8000-000000000001';

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.stop());

const storeWith = (more: object = {}) =>
  new S3Store({
    ...{ endpoint: server.bucket, region: 'us-east-1', ...S3Server.credentials },
    ...more,
  });

async function text(store: S3Store, key: string, range?: { from: number; to: number }) {
  const stream = await store.read(key, range);
  return stream && Buffer.concat((await stream.toArray()) as Buffer[]).toString();
}

describe('a bucket', () => {
  test('gives what was put into it, whole and in part', async () => {
    const store = storeWith();
    const { storageKey } = digestOf(workspaceId, Buffer.from('hello world'));
    await store.put(storageKey, Buffer.from('hello world'));
    expect(await text(store, storageKey)).toBe('hello world');
    expect(await text(store, storageKey, { from: 6, to: 8 })).toBe('wor');
  });

  test('keeps every byte of a large file', async () => {
    const store = storeWith();
    const bytes = Buffer.alloc(20_000_000, 'abcdefg\0');
    const { storageKey } = digestOf(workspaceId, bytes);
    await store.put(storageKey, bytes);
    const read = Buffer.concat((await (await store.read(storageKey))!.toArray()) as Buffer[]);
    expect(read.equals(bytes)).toBe(true);
  });

  test('has nothing where nothing was put or it was removed, which may be done again', async () => {
    const store = storeWith();
    const { storageKey } = digestOf(workspaceId, Buffer.from('short'));
    expect(await store.read(storageKey)).toBeNull();
    await store.put(storageKey, Buffer.from('short'));
    await store.remove(storageKey);
    await store.remove(storageKey);
    expect(await store.read(storageKey)).toBeNull();
  });

  // the server knows its accounts by their ids, and does not check signatures of version 4
  test('refuses who is unknown, and no secret is told', async () => {
    const store = storeWith({ accessKeyId: 'nobody', secretAccessKey: 'guessed-secret' });
    const { storageKey } = digestOf(workspaceId, Buffer.from('theirs'));
    const error = await store.put(storageKey, Buffer.from('theirs')).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify(error) + String(error)).not.toContain('guessed-secret');
    await expect(store.read(storageKey)).rejects.toThrow();
    await expect(store.remove(storageKey)).rejects.toThrow();
  });
});

describe('a server whose files are in a bucket', () => {
  let world: InboundWorld;
  beforeAll(async () => {
    world = await InboundWorld.create({}, 'all', {
      PARLEY_S3_ENDPOINT: server.bucket,
      PARLEY_S3_REGION: 'us-east-1',
      PARLEY_S3_ACCESS_KEY_ID: S3Server.credentials.accessKeyId,
      PARLEY_S3_SECRET_ACCESS_KEY: S3Server.credentials.secretAccessKey,
    });
  });
  afterAll(() => world.close());
  afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

  test('serves them by its own links, whole and in part', async () => {
    const channel = await world.connect();
    const bytes = Buffer.from('the whole of it').toString('base64');
    const attachments = [{ fileName: 'note.txt', contentType: 'text/plain', bytes }];
    await world.deliver(channel, [message({ threadKey: 't', externalId: 'm', attachments })]);
    await world.drain();
    const { conversations } = await channel.owner.query<{
      conversations: { nodes: [{ lastMessage: { attachments: { nodes: [{ url: string }] } } }] };
    }>(
      `query ($id: ID!) { conversations(filter: { channelIds: [$id] }) { nodes { lastMessage {
         attachments { nodes { url } } } } } }`,
      { id: channel.id },
    );
    const [{ url }] = conversations.nodes[0].lastMessage.attachments.nodes;
    const whole = await fetch(`${world.parley.url}${url}`);
    expect(await whole.text()).toBe('the whole of it');
    const part = await fetch(`${world.parley.url}${url}`, { headers: { range: 'bytes=4-8' } });
    expect({ status: part.status, text: await part.text() }).toEqual({
      status: 206,
      text: 'whole',
    });
  });
});
