import { asOwner } from '../support/owner';
import { InboundWorld, message, newSecret, sign, type CustomChannel } from './inbound-world';

/** What comes to the addresses of channels: who is let in, and what becomes of the others. */

let world: InboundWorld;
let channel: CustomChannel;

beforeAll(async () => {
  world = await InboundWorld.create({}, 'api');
  channel = await world.connect();
});
afterAll(() => world.close());

interface Stored {
  event_key: string;
  headers: Record<string, string>;
  body: Buffer;
  source: string;
}

function stored({ channelId }: CustomChannel = channel): Promise<Stored[]> {
  return asOwner<Stored & Record<string, unknown>>(
    world.parley,
    'select event_key, headers, body, source from inbound_delivery where channel_id = $1 order by id',
    [channelId],
  );
}

const body = JSON.stringify({ items: [message({ body: 'Grüße' })] });

test('a signed delivery is stored as it came, without credentials, and answered with 200', async () => {
  const own = await world.connect();
  const response = await world.post(own, body, {
    id: 'msg-1',
    headers: { authorization: 'Bearer abc', cookie: 'a=b', 'x-api-key': 'k', 'x-note': 'kept' },
  });
  expect([response.status, await response.text()]).toEqual([200, '']);
  const [delivery, ...others] = await stored(own);
  expect(others).toEqual([]);
  expect(delivery).toMatchObject({ event_key: 'msg-1', source: 'WEBHOOK' });
  expect(delivery!.body.toString()).toBe(body);
  expect(delivery!.headers).toMatchObject({ 'x-note': 'kept', 'webhook-id': 'msg-1' });
  expect(Object.keys(delivery!.headers)).not.toEqual(
    expect.arrayContaining(['authorization', 'cookie', 'x-api-key']),
  );
});

describe('refuses, with the very same answer and without a trace,', () => {
  let refusal: string;
  const now = () => world.parley.now();
  const good = () => sign(body, { id: 'x', secret: channel.secret, at: now() });
  const send = (url: string, headers: Record<string, string>, sent: string | Buffer = body) =>
    fetch(url, { method: 'POST', body: sent, headers });

  beforeAll(async () => {
    refusal = await (await send(`${world.parley.url}/webhooks/custom/nothing`, good())).text();
    expect(JSON.parse(refusal)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  const after = (seconds: number) => new Date(now().getTime() + seconds * 1_000);
  const cases: [string, () => Promise<Response>][] = [
    ['a flipped byte of the body', () => send(channel.url, good(), body.replace('G', 'g'))],
    [
      'a flipped byte that is no UTF-8 any more',
      () => send(channel.url, good(), Buffer.from(body, 'latin1')),
    ],
    [
      'a body that was written anew',
      () => send(channel.url, good(), JSON.stringify(JSON.parse(body), null, 1)),
    ],
    [
      'a flipped byte of the signature',
      () => {
        const signature = good()['webhook-signature']!;
        const other = signature.replace(/,(.)/, (_, first) => (first === 'A' ? ',B' : ',A'));
        return send(channel.url, { ...good(), 'webhook-signature': other });
      },
    ],
    [
      'no signature',
      () => {
        const { 'webhook-signature': _, ...others } = good();
        return send(channel.url, others);
      },
    ],
    [
      'a short signature',
      () =>
        send(channel.url, {
          ...good(),
          'webhook-signature': good()['webhook-signature']!.slice(0, 20),
        }),
    ],
    ['an empty signature', () => send(channel.url, { ...good(), 'webhook-signature': 'v1,' })],
    [
      'a signature of another version',
      () =>
        send(channel.url, {
          ...good(),
          'webhook-signature': good()['webhook-signature']!.replace('v1', 'v2'),
        }),
    ],
    ['another id than was signed', () => send(channel.url, { ...good(), 'webhook-id': 'another' })],
    [
      'an old request',
      () => send(channel.url, sign(body, { id: 'x', secret: channel.secret, at: after(-301) })),
    ],
    [
      'a request from the future',
      () => send(channel.url, sign(body, { id: 'x', secret: channel.secret, at: after(301) })),
    ],
    [
      'a timestamp that is none',
      () => send(channel.url, { ...good(), 'webhook-timestamp': 'soon' }),
    ],
    [
      'another channel’s secret',
      async () => {
        const { secret } = await world.connect();
        return send(channel.url, sign(body, { id: 'x', secret, at: now() }));
      },
    ],
    [
      'a channel whose secret is not set',
      async () => {
        const own = await world.connect();
        await asOwner(world.parley, 'update channel set secrets = null where id = $1', [
          own.channelId,
        ]);
        return send(own.url, sign(body, { id: 'x', secret: own.secret, at: now() }));
      },
    ],
    [
      'a channel whose secrets can’t be read',
      async () => {
        const own = await world.connect();
        await asOwner(world.parley, `update channel set secrets = '\\x01ffff' where id = $1`, [
          own.channelId,
        ]);
        const response = await send(
          own.url,
          sign(body, { id: 'x', secret: own.secret, at: now() }),
        );
        expect(world.parley.faults.splice(0)).toMatchObject([
          { msg: expect.stringContaining('secrets are unreadable') as string },
        ]);
        return response;
      },
    ],
    [
      'a channel that is disconnected',
      async () => {
        const own = await world.connect();
        await asOwner(world.parley, `update channel set status = 'DISCONNECTED' where id = $1`, [
          own.channelId,
        ]);
        return send(own.url, sign(body, { id: 'x', secret: own.secret, at: now() }));
      },
    ],
    ['an unknown connector', () => send(channel.url.replace('custom', 'constructor'), good())],
    ['a key with a wrong end', () => send(channel.url.replace(/....$/, 'abcd'), good())],
    ['a key of nobody', () => send(channel.url.replace(/[^/]{64}$/, 'A'.repeat(64)), good())],
    ['a long key', () => send(`${channel.url}${'a'.repeat(300)}`, good())],
    ['a key with something behind it', () => send(`${channel.url}/more`, good())],
    ['no key', () => send(`${world.parley.url}/webhooks/custom/`, good())],
    ['no connector', () => send(`${world.parley.url}/webhooks/`, good())],
    ['a GET where there is no handshake', () => fetch(channel.url, { headers: good() })],
  ];
  test.each(cases)('%s', async (_name, attempt) => {
    const before = (await stored()).length;
    const response = await attempt();
    expect([response.status, await response.text()]).toEqual([401, refusal]);
    expect((await stored()).length).toBe(before);
  });
});

test('a secret that was just changed counts at once', async () => {
  const own = await world.connect();
  expect((await world.post(own, body)).status).toBe(200);
  const secret = newSecret();
  const { secrets: box } = world.parley.app;
  const sealed = await box.seal(JSON.stringify({ signingSecret: secret }), {
    workspaceId: own.workspaceId,
    rowId: own.channelId,
  });
  await asOwner(world.parley, 'update channel set secrets = $2 where id = $1', [
    own.channelId,
    sealed,
  ]);
  expect((await world.post(own, body, { secret })).status).toBe(200);
  expect((await world.post(own, body)).status).toBe(401);
});

test('of several signatures one has to be right', async () => {
  const own = await world.connect();
  const at = world.parley.now();
  const headers = sign(body, { id: 'several', secret: own.secret, at });
  const other = sign(body, { id: 'several', secret: newSecret(), at });
  const signature = `${other['webhook-signature']} v9,abc ${headers['webhook-signature']}`;
  const response = await world.post(own, body, {
    id: 'several',
    headers: { 'webhook-signature': signature },
  });
  expect(response.status).toBe(200);
});

test('the same delivery again, also many times at once, gets the same answer and is stored once', async () => {
  const own = await world.connect();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => world.post(own, body, { id: 'same' })),
  );
  answers.push(await world.post(own, body, { id: 'same' }));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await stored(own)).toHaveLength(1);
});

test('a delivery that was stored in an earlier week is not stored again', async () => {
  const own = await world.connect();
  await asOwner(world.parley, `select ensure_delivery_partitions(now())`);
  await asOwner(
    world.parley,
    `insert into inbound_delivery (workspace_id, id, channel_id, received_at, source, event_key, body)
     values ($1, gen_random_uuid(), $2, now() - interval '7 days', 'WEBHOOK', 'early', '')`,
    [own.workspaceId, own.channelId],
  );
  expect((await world.post(own, body, { id: 'early' })).status).toBe(200);
  expect(await stored(own)).toHaveLength(1);
});

test('a paused channel takes deliveries', async () => {
  const own = await world.connect();
  await asOwner(world.parley, `update channel set status = 'PAUSED' where id = $1`, [
    own.channelId,
  ]);
  expect((await world.post(own, body)).status).toBe(200);
  expect(await stored(own)).toHaveLength(1);
});

test.each([
  ['application/x-www-form-urlencoded', 'a=1'],
  ['text/plain; charset=utf-16', '\u0000'],
  ['application/octet-stream', '{'],
  ['multipart/form-data; boundary=x', '--x'],
])('a body of type %p is stored as the bytes that came', async (type, sent) => {
  const own = await world.connect();
  const response = await world.post(own, Buffer.from(sent), { headers: { 'content-type': type } });
  expect(response.status).toBe(200);
  expect((await stored(own)).map((row) => row.body.toString())).toEqual([sent]);
});

test('so is one of no type', async () => {
  const own = await world.connect();
  const { 'content-type': _, ...headers } = sign(body, {
    id: 'untyped',
    secret: own.secret,
    at: world.parley.now(),
  });
  const response = await fetch(own.url, { method: 'POST', body: Buffer.from(body), headers });
  expect(response.status).toBe(200);
  expect(await stored(own)).toHaveLength(1);
});

test('a body of more than 3 MiB is refused, whoever sends it', async () => {
  const large = Buffer.alloc(3 * 1024 * 1024 + 1, 'x');
  expect((await world.post(channel, large)).status).toBe(413);
  const nobody = { ...channel, url: `${world.parley.url}/webhooks/nothing/at-all` };
  expect((await world.post(nobody, large)).status).toBe(413);
});

test('a week without a table gets it when its first delivery comes', async () => {
  const own = await world.connect();
  for (;;) {
    const [row] = await asOwner<{ dropped: string | null }>(
      world.parley,
      `select drop_delivery_partition('infinity') as dropped`,
    );
    if (row!.dropped === null) break;
  }
  expect((await world.post(own, body)).status).toBe(200);
  expect(await stored(own)).toHaveLength(1);
});
