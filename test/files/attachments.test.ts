import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InboundWorld, message, type CustomChannel } from '../inbound/inbound-world';
import { asOwner } from '../support/owner';

/** Files that come with messages: fetched, kept, shown, and never run. */

const png = Buffer.from('89504e470d0a1a0a', 'hex');

let world: InboundWorld;
let channel: CustomChannel;
let platform: Server;
/** What the platform answers; a test may put another in its place. */
let answer: RequestListener;
let asked: number;

beforeAll(async () => {
  world = await InboundWorld.create({}, 'all', {
    PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
    PARLEY_LARGEST_FILE_MB: '1',
  });
  platform = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(platform, 'listening');
});
beforeEach(async () => {
  asked = 0;
  answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).end(png);
  };
  channel = await world.connect();
});
afterAll(async () => {
  platform.close();
  await world.close();
});
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

interface File {
  fileName: string | null;
  contentType: string | null;
  byteSize: string | null;
  status: string;
  failure: string | null;
  url: string | null;
}

/** Delivers a message with a file, and reads what became of it. */
async function receive(file: object = {}, externalId = 'm'): Promise<File> {
  const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/picture`;
  const attachments = [{ fileName: 'cat.png', contentType: 'image/png', url, ...file }];
  await world.deliver(channel, [message({ threadKey: 't', externalId, attachments })]);
  await world.drain();
  return read();
}

async function read(): Promise<File> {
  const { conversations } = await channel.owner.query<{
    conversations: { nodes: [{ lastMessage: { attachments: { nodes: [File] } } }] };
  }>(
    `query ($id: ID!) { conversations(filter: { channelIds: [$id] }) { nodes { lastMessage {
       attachments { nodes { fileName contentType byteSize status failure url } } } } } }`,
    { id: channel.id },
  );
  return conversations.nodes[0].lastMessage.attachments.nodes[0];
}

const open = (file: File, headers: Record<string, string> = {}) =>
  fetch(`${world.parley.url}${file.url!}`, { headers });

test('a file that the platform keeps is fetched and can be read by its link', async () => {
  const file = await receive();
  expect(file).toMatchObject({ status: 'STORED', byteSize: '8', failure: null });
  const response = await open(file);
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': `inline; filename*=UTF-8''cat.png`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': `default-src 'none'; sandbox`,
  });
});

test('part of a file can be read', async () => {
  const response = await open(await receive(), { range: 'bytes=1-3' });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe('bytes 1-3/8');
  expect(await response.text()).toBe('PNG');
});

test.each(['bytes=9-', 'bytes=5-2'])('a part that is not there is refused: %s', async (range) => {
  expect((await open(await receive(), { range })).status).toBe(416);
});

test.each(['image/svg+xml', 'text/html', 'application/xhtml+xml'])(
  'a file of the type %s is only saved, never shown',
  async (contentType) => {
    const response = await open(await receive({ contentType, fileName: '../../x.html' }));
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''x.html`);
  },
);

test('the same delivery again fetches nothing again', async () => {
  await receive();
  await receive();
  expect(asked).toBe(1);
});

test('a file that is too large fails, and says so', async () => {
  answer = (_, response) => void response.end(Buffer.alloc(3_000_000));
  const file = await receive();
  expect(file).toMatchObject({ status: 'FAILED', url: null });
  expect(file.failure).toContain('larger than');
});

test('a file that the platform does not have any longer fails, and says so', async () => {
  answer = (_, response) => void response.writeHead(404).end();
  expect(await receive()).toMatchObject({
    status: 'FAILED',
    failure: 'The platform does not have it any longer.',
  });
});

test('a file on a host that the operator does not allow is never asked for', async () => {
  const file = await receive({ url: 'http://10.1.2.3/picture' });
  expect(file.status).toBe('FAILED');
  expect(file.failure).toContain('PARLEY_OUTGOING_ALLOW');
});

test('what a platform refuses for now is tried again', async () => {
  answer = (_, response) => void response.writeHead(503).end();
  expect((await receive()).status).toBe('PENDING');
  answer = (_, response) => void response.end(png);
  await asOwner(world.parley, 'update graphile_worker._private_jobs set run_at = now()');
  await world.drain();
  expect((await read()).status).toBe('STORED');
});

test('subscribers are told when a file is here', async () => {
  await receive();
  const { changes } = await channel.owner.query<{
    changes: { events: { type: string }[] };
  }>('{ changes(after: 0, types: ["message.*"]) { events { type } } }');
  expect(changes.events.map(({ type }) => type)).toContain('message.attachment_stored');
});
