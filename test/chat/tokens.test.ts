import { call, must } from '../support/call';
import { follow, liveClient } from '../support/live-client';
import { asOwner, uuid } from '../support/owner';
import { ChatWorld, ORIGIN, type Chat } from './chat-world';

let world: ChatWorld;
let chat: Chat;
beforeAll(async () => {
  world = await ChatWorld.create();
  chat = await world.chat();
});
afterAll(async () => {
  await world.parley.close();
});
afterEach(() => {
  expect(world.parley.faults).toEqual([]);
});

async function statusOf(token: string): Promise<number> {
  return (await world.parley.as(token).ask('{ chat { name } }')).status;
}

test('a token that the company signs lets its customer in, by name and address', async () => {
  const claims = { sub: 'ada', name: 'Ada Lovelace', email: 'Ada@example.com' };
  const id = await world.start(world.signedIn(chat, claims));
  const { conversation } = await chat.owner.query<{ conversation: object }>(
    `query ($id: ID!) { conversation(id: $id) {
       customer { name email identities { nodes { externalId } } } } }`,
    { id },
  );
  expect(conversation).toEqual({
    customer: {
      ...{ name: 'Ada Lovelace', email: 'ada@example.com' },
      identities: { nodes: [{ externalId: 'user:ada' }] },
    },
  });
});

test('the same customer is known again by another token', async () => {
  const id = await world.start(world.signedIn(chat, { sub: 'grace' }));
  const later = world.signedIn(chat, { sub: 'grace', jti: 'another' });
  expect((await world.see(later, id))!.id).toBe(id);
});

test('many first tokens of one customer at once make one customer', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `token-${index}`);
  const answers = await Promise.all(
    names.map((jti) => statusOf(world.sign(chat, { sub: 'crowd', jti }))),
  );
  expect(answers).toEqual(names.map(() => 200));
  const rows = await asOwner(
    world.parley,
    `select from customer_identity where workspace_id = $1 and external_id = 'user:crowd'`,
    [chat.workspaceId],
  );
  expect(rows).toHaveLength(1);
});

describe('nobody is let in by a token', () => {
  const refusals: [string, (chat: Chat, other: Chat) => string][] = [
    [
      'that another chat’s secret signed',
      (own, other) => world.sign({ ...own, secret: other.secret }),
    ],
    ['for another chat', (own, other) => world.sign(own, { aud: other.channelId })],
    ['for several chats', (own) => world.sign(own, { aud: [own.channelId] })],
    [
      'for a chat that there is not',
      (own) => world.sign(own, { aud: 'chn_0000000000000000000000000' }),
    ],
    ['for nothing', (own) => world.sign(own, { aud: undefined })],
    ['without an end', (own) => world.sign(own, { exp: undefined })],
    ['that is over', (own) => world.sign(own, { exp: world.parley.now().getTime() / 1_000 - 60 })],
    ['without a customer', (own) => world.sign(own, { sub: undefined })],
    ['with an empty customer', (own) => world.sign(own, { sub: '' })],
    ['that names no algorithm', (own) => world.sign(own, {}, { alg: 'none' })],
    ['that names another algorithm', (own) => world.sign(own, {}, { alg: 'HS512' })],
    [
      'that was changed',
      (own) => world.sign(own).replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')),
    ],
    ['that looks like a visitor’s', () => `parley_chat_${'A'.repeat(86)}`],
    ['that is too short', () => 'parley_chat_AAAA'],
  ];
  test.each(refusals)('%s', async (_name, make) => {
    expect(await statusOf(make(chat, await world.chat()))).toBe(401);
  });

  test('of a visitor, with another’s ids or another secret', async () => {
    const token = (await world.visitor(chat)).token!;
    expect(await statusOf(token)).toBe(200);
    expect(await statusOf(token.replace(/.{4}$/, 'AAAA'))).toBe(401);
  });

  test('where the chat has no secret', async () => {
    const open = await world.chat({ signingSecret: null });
    expect(await statusOf(world.sign(open))).toBe(401);
  });

  test('where the chat is disconnected', async () => {
    const gone = await world.chat();
    const token = (await world.visitor(gone)).token!;
    await must(gone.owner, 'channelDisconnect', { id: gone.channelId }, 'channel { id }');
    // what was let in a moment ago is trusted for two seconds
    world.parley.setTime(new Date(world.parley.now().getTime() + 3_000));
    expect(await statusOf(token)).toBe(401);
    expect(await statusOf(world.sign(gone))).toBe(401);
  });
});

test('a company’s token can’t name a visitor', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  const [row] = await asOwner<{ externalId: string }>(
    world.parley,
    `select external_id "externalId" from customer_identity i join conversation c
       on c.workspace_id = i.workspace_id and c.customer_id = i.customer_id where c.id = $1`,
    [uuid(id)],
  );
  expect(row!.externalId).toMatch(/^visitor:/);
  expect(await world.see(world.signedIn(chat, { sub: row!.externalId }), id)).toBeNull();
});

test('the same id at the company is somebody else on another chat', async () => {
  const other = await world.chat({}, chat);
  const id = await world.start(world.signedIn(chat, { sub: 'twin' }));
  expect(await world.see(world.signedIn(other, { sub: 'twin' }), id)).toBeNull();
});

describe('a visitor’s session', () => {
  test('is opened on the pages of the chat, and outside of browsers', async () => {
    const answer = await world.openSession(chat.channelId);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect((await world.openSession(chat.channelId, null)).status).toBe(201);
  });

  test.each([
    'https://evil.example',
    'http://shop.example',
    'https://shop.example.evil.com',
    'null',
  ])('is not opened on %s', async (origin) => {
    const answer = await world.openSession(chat.channelId, origin);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('is not opened for channels that are no chats, or where everybody has to sign in', async () => {
    const { id } = (
      await must<{ channel: { id: string } }>(
        chat.owner,
        'channelCreate',
        { input: { kind: 'X', name: 'X', externalId: 'x', visibility: 'PUBLIC' } },
        'channel { id }',
      )
    ).channel;
    expect((await world.openSession(id)).status).toBe(404);
    expect((await world.openSession('chn_unknown')).status).toBe(404);
    const closed = await world.chat({ allowAnonymous: false });
    expect((await world.openSession(closed.channelId)).status).toBe(403);
  });

  test('is opened only so often from one address', async () => {
    const busy = await world.chat();
    const statuses = [];
    for (let count = 0; count < 21; count++) {
      statuses.push((await world.openSession(busy.channelId)).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429]);
  });

  test('makes no customer before it is used', async () => {
    const quiet = await world.chat();
    const visitor = await world.visitor(quiet);
    const count = () =>
      asOwner(world.parley, 'select from customer where workspace_id = $1', [quiet.workspaceId]);
    expect(await count()).toHaveLength(0);
    await call(visitor, 'chat', {}, '{ name }');
    expect(await count()).toHaveLength(1);
  });
});

test('a subscription ends soon after its token is over', async () => {
  const seconds = Math.floor(world.parley.now().getTime() / 1_000);
  const customer = world.signedIn(chat, { sub: 'brief', exp: seconds + 10 });
  const id = await world.start(customer);
  await world.parley.app.drain();
  const client = liveClient(customer);
  const query = 'subscription ($id: ID!) { chatUpdates(conversationId: $id) { kind } }';
  const followed = follow(client, { id }, query);
  await followed.untilLive();
  world.parley.setTime(new Date(world.parley.now().getTime() + 60_000));
  await followed.untilOver();
  await client.dispose();
});
