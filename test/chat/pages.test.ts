import { must } from '../support/call';
import type { Client } from '../support/client';
import { RawSocket } from '../support/live-client';
import { until } from '../support/process';
import { ChatWorld, ORIGIN, type Chat } from './chat-world';

const FOREIGN = 'https://evil.example';

let world: ChatWorld;
let chat: Chat;
let visitor: Client;
beforeAll(async () => {
  world = await ChatWorld.create();
  chat = await world.chat();
  visitor = await world.visitor(chat);
});
afterAll(async () => {
  await world.parley.close();
});
afterEach(() => {
  expect(world.parley.faults).toEqual([]);
});

function ask(path: string, origin: string | null, init: RequestInit & { token?: string } = {}) {
  const { token, headers, ...rest } = init;
  return fetch(`${world.parley.url}${path}`, {
    method: 'POST',
    ...rest,
    headers: {
      ...(rest.body != null && { 'content-type': 'application/json' }),
      ...(headers as Record<string, string>),
      ...(origin !== null && { origin }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
}

function preflight(path: string, origin: string) {
  const headers = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  return ask(path, origin, { method: 'OPTIONS', headers });
}

const QUERY = JSON.stringify({ query: '{ chat { name } }' });
const of = ({ channelId }: Chat, what: string) => `/chat/${channelId}/${what}`;
const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin');
const wordsOf = async (answer: Response) => {
  const { errors } = (await answer.json()) as { errors: { message: string }[] };
  return errors[0]!.message;
};

describe('a page that the channel allows', () => {
  test.each(['sessions', 'graphql', 'uploads'])('may ask for %s', async (what) => {
    const answer = await preflight(of(chat, what), ORIGIN);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '7200',
      vary: 'origin',
    });
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('reads answers, refusals too', async () => {
    const answer = await ask(of(chat, 'graphql'), ORIGIN, { token: visitor.token!, body: QUERY });
    expect([answer.status, allowed(answer), answer.headers.get('vary')]).toEqual([
      ...[200, ORIGIN, 'origin'],
    ]);
    expect(await answer.json()).toEqual({ data: { chat: { name: 'Shop' } } });
    const refused = await ask(of(chat, 'graphql'), ORIGIN, { token: 'wrong', body: QUERY });
    expect([refused.status, allowed(refused)]).toEqual([401, ORIGIN]);
  });

  test('follows a conversation by an event stream', async () => {
    const conversationId = await world.start(visitor);
    const query = 'subscription ($id: ID!) { chatUpdates(conversationId: $id) { kind } }';
    const stop = new AbortController();
    const answer = await ask(of(chat, 'graphql'), ORIGIN, {
      ...{ token: visitor.token!, headers: { accept: 'text/event-stream' }, signal: stop.signal },
      body: JSON.stringify({ query, variables: { id: conversationId } }),
    });
    expect([answer.status, allowed(answer)]).toEqual([200, ORIGIN]);
    stop.abort();
  });

  test('uploads files', async () => {
    const answer = await ask(`${of(chat, 'uploads')}?fileName=a.txt`, ORIGIN, {
      ...{ token: visitor.token!, headers: { 'content-type': 'text/plain' }, body: 'A text' },
    });
    expect([answer.status, allowed(answer)]).toEqual([201, ORIGIN]);
  });

  test('is allowed for its own chat alone', async () => {
    const other = await world.chat({ origins: ['https://other.example'] });
    expect(allowed(await preflight(of(other, 'graphql'), ORIGIN))).toBeNull();
  });
});

describe('a page that the channel does not allow', () => {
  test.each([FOREIGN, 'http://shop.example', 'https://shop.example:8443', 'null'])(
    'is told what to set: %s',
    async (origin) => {
      for (const what of ['sessions', 'graphql', 'uploads']) {
        const answer = await preflight(of(chat, what), origin);
        expect([answer.status, allowed(answer), answer.headers.get('vary')]).toEqual([
          ...[403, null, 'origin'],
        ]);
        expect(await wordsOf(answer)).toBe(
          `Pages of ${origin} may not use this chat: add that, to the letter, to the channel’s setting “origins”.`,
        );
      }
    },
  );

  test('gets nothing with a customer’s token', async () => {
    for (const path of ['/graphql', of(chat, 'graphql'), '/uploads', of(chat, 'uploads')]) {
      for (const token of [visitor.token!, world.sign(chat)]) {
        const answer = await ask(path, FOREIGN, { token, body: QUERY });
        expect([path, answer.status, allowed(answer)]).toEqual([path, 403, null]);
        expect(await wordsOf(answer)).toContain('“origins”');
      }
    }
  });

  test('gets no socket', async () => {
    const init = {
      type: 'connection_init',
      payload: { authorization: `Bearer ${visitor.token}`, origin: ORIGIN },
    };
    const refused = await RawSocket.open(visitor, { headers: { origin: FOREIGN } });
    refused.send(init);
    await until(() => refused.closed !== null, 'the end of the socket');
    expect(refused.closed!.code).toBe(4403);
    expect(refused.closed!.reason).toContain('“origins”');
    const taken = await RawSocket.open(visitor, { headers: { origin: ORIGIN } });
    taken.send(init);
    await taken.until('connection_ack');
    taken.ws.terminate();
  });

  test('is cut off where it was allowed before', async () => {
    const moved = await world.chat();
    const { token, url } = await world.visitor(moved);
    const answer = () => ask(of(moved, 'graphql'), ORIGIN, { token: token!, body: QUERY });
    expect((await answer()).status).toBe(200);
    const socket = await RawSocket.open({ url }, { headers: { origin: ORIGIN } });
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await socket.until('connection_ack');
    const input = { settings: { origins: ['https://new.example'] } };
    await must(moved.owner, 'channelUpdate', { id: moved.channelId, input }, 'channel { id }');
    // what was let in a moment ago is trusted for two seconds
    world.parley.setTime(new Date(world.parley.now().getTime() + 3_000));
    await until(async () => (await answer()).status === 403, 'the refusal');
    await until(() => socket.closed?.code === 4403, 'the end of the socket');
  });
});

describe('what is under a chat', () => {
  test('is not for the team, nor for customers of another chat', async () => {
    const stranger = await world.visitor(await world.chat());
    for (const what of ['graphql', 'uploads']) {
      for (const token of [chat.owner.token!, stranger.token!]) {
        const answer = await ask(of(chat, what), ORIGIN, { token, body: QUERY });
        expect([what, answer.status]).toEqual([what, 403]);
        expect(await wordsOf(answer)).toContain('Only customers of this chat');
      }
    }
  });

  test('is not there where there is no chat', async () => {
    const nowhere = '/chat/chn_00000000000000000000000000/graphql';
    expect((await preflight(nowhere, ORIGIN)).status).toBe(403);
    expect((await ask(nowhere, null, { token: visitor.token!, body: QUERY })).status).toBe(403);
  });
});

test('nothing else is open to pages of other origins', async () => {
  for (const path of ['/graphql', '/graphql/stream', '/uploads', '/health']) {
    expect([path, allowed(await preflight(path, ORIGIN))]).toEqual([path, null]);
  }
  const answer = await ask('/graphql', ORIGIN, { token: chat.owner.token!, body: QUERY });
  expect(allowed(answer)).toBeNull();
});
