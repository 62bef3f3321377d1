import { Client as Postgres, type QueryConfig } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, auditOf, eventsOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, makeKey } from '../support/world';
import { globalId, newId } from '../../src/domain/kit/ids';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
beforeAll(async () => {
  parley = await startTestApp({
    PARLEY_SECRET_KEY: 'ab'.repeat(32),
    PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
  });
});
afterAll(() => parley.close());
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const url = 'http://127.0.0.1:9/hook';

const ENDPOINT = `id url description eventTypes ordered status disabledReason disabledAt failingSince
  position missedBefore previousSecretUntil permissions channels { id } createdAt updatedAt`;

interface View {
  id: string;
  position: number;
  permissions: string[];
  channels: { id: string }[] | null;
}

const create = (client: Client, input: object = {}) =>
  must<{ webhookEndpoint: View; secret: string }>(
    client,
    'webhookEndpointCreate',
    { input: { url, ...input } },
    `secret webhookEndpoint { ${ENDPOINT} }`,
  );

/** A key that may manage webhooks, and what else is given. */
async function manager(scopes: string[], channelIds?: string[]): Promise<Client> {
  const { token } = await makeKey(owner, { scopes: ['WEBHOOK_MANAGE', ...scopes], channelIds });
  return parley.as(token);
}

const endpointsOf = async (client: Client) =>
  (await call<{ nodes: { id: string }[] }>(client, 'webhookEndpoints', {}, '{ nodes { id } }'))
    .nodes;

/** The fewest bytes that a secret has. */
const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

describe('webhookEndpointCreate', () => {
  test('makes an endpoint with a secret, an event and an audit entry', async () => {
    await makeChannel(owner);
    const { webhookEndpoint, secret } = await create(owner);
    const now = parley.now().toISOString();
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(webhookEndpoint).toEqual({
      ...{ id: expect.stringMatching(/^whe_/) as string, url, description: null, eventTypes: null },
      ...{ ordered: false, status: 'ENABLED', disabledReason: null, disabledAt: null },
      ...{ failingSince: null, missedBefore: null, previousSecretUntil: null, channels: null },
      // nothing has a position here, where nobody gives them
      ...{ position: 0, createdAt: now, updatedAt: now },
      permissions: expect.arrayContaining(['WEBHOOK_MANAGE', 'CONVERSATION_READ']) as string[],
    });
    const { id } = webhookEndpoint;
    expect(await eventsOf(parley, workspaceId, id)).toMatchObject([
      { type: 'webhook_endpoint.created', data: {} },
    ]);
    expect((await auditOf(parley, workspaceId)).at(-1)).toMatchObject({
      ...{ action: 'webhookEndpointCreate', subject: uuid(id), detail: { host: '127.0.0.1:9' } },
    });
    expect(await call(owner, 'node', { id }, '{ id __typename }')).toEqual({
      ...{ id, __typename: 'WebhookEndpoint' },
    });
  });

  test('keeps what it is given', async () => {
    const { webhookEndpoint, secret } = await create(owner, {
      ...{ url: 'http://127.1:9/ä?c=ü#d', description: ' CRM ', ordered: true, secret: own },
      eventTypes: ['message.*', 'customer.created', 'message.*'],
    });
    expect(webhookEndpoint).toMatchObject({
      ...{ url: 'http://127.0.0.1:9/%C3%A4?c=%C3%BC', description: 'CRM', ordered: true },
      eventTypes: ['message.*', 'customer.created'],
    });
    expect(secret).toBe(own);
  });

  test('limits an endpoint to what its maker may do and see', async () => {
    const channelId = await makeChannel(owner);
    const client = await manager(['CHANNEL_READ', 'CUSTOMER_READ'], [channelId]);
    const { webhookEndpoint } = await create(client);
    expect(webhookEndpoint.permissions.sort()).toEqual([
      ...['CHANNEL_READ', 'CUSTOMER_READ', 'WEBHOOK_MANAGE'],
    ]);
    expect(webhookEndpoint.channels).toEqual([{ id: channelId }]);
  });

  test('makes one endpoint for one idempotency key, and shows the secret once', async () => {
    const args = { input: { url }, idempotencyKey: 'k' };
    const selection = 'secret webhookEndpoint { id }';
    type Made = { secret: string | null; webhookEndpoint: { id: string } };
    const first = await must<Made>(owner, 'webhookEndpointCreate', args, selection);
    const again = await must<Made>(owner, 'webhookEndpointCreate', args, selection);
    expect(again).toEqual({ ...first, secret: null });
    expect(await endpointsOf(owner)).toHaveLength(1);
  });

  test('lets a workspace have 50, however many are asked for at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 60 }, () =>
        call<{ secret: string | null; userErrors: { code: string }[] }>(
          owner,
          'webhookEndpointCreate',
          { input: { url } },
          '{ secret userErrors { code message path } }',
        ),
      ),
    );
    expect(made.filter(({ secret }) => secret !== null)).toHaveLength(50);
    const refusals = made.flatMap(({ userErrors }) => userErrors);
    expect(refusals).toHaveLength(10);
    expect(refusals[0]).toMatchObject({ code: 'INVALID_STATE', path: null });
    const [{ id }] = (await endpointsOf(owner)) as [{ id: string }];
    await must(owner, 'webhookEndpointDelete', { id }, 'deletedId');
    await create(owner);
    // another workspace has a number of its own
    await create((await parley.workspace()).owner);
  }, 60_000);

  test.each<[what: string, bad: object, path: string[]]>([
    ['no URL', { url: '' }, ['url']],
    ['a word', { url: 'hook' }, ['url']],
    ['a path', { url: '/hook' }, ['url']],
    ['another scheme', { url: 'ftp://127.0.0.1/' }, ['url']],
    ['a file', { url: 'file:///etc/passwd' }, ['url']],
    ['a script', { url: 'javascript:alert(1)' }, ['url']],
    ['data', { url: 'data:text/plain,x' }, ['url']],
    ['a WebSocket', { url: 'wss://127.0.0.1/' }, ['url']],
    ['no host', { url: 'https://' }, ['url']],
    ['a bad port', { url: 'https://127.0.0.1:99999/' }, ['url']],
    ['a user', { url: 'http://me@127.0.0.1/' }, ['url']],
    ['a password', { url: 'http://:secret@127.0.0.1/' }, ['url']],
    ['a line end', { url: 'http://127.0.0.1/\nx' }, ['url']],
    ['a space in front', { url: ' http://127.0.0.1/' }, ['url']],
    ['a tab within', { url: 'http://127.0.\t0.1/' }, ['url']],
    ['NUL', { url: 'http://127.0.0.1/\0' }, ['url']],
    ['an invisible character', { url: 'http://127.0.0.1/\u200b' }, ['url']],
    ['broken Unicode', { url: 'http://127.0.0.1/\ud800' }, ['url']],
    ['a long URL', { url: `http://127.0.0.1/${'x'.repeat(2_000)}` }, ['url']],
    ['a URL that is long when encoded', { url: `http://127.0.0.1/${'ü'.repeat(400)}` }, ['url']],
    ['a private address', { url: 'https://10.0.0.1/' }, ['url']],
    ['an address in another spelling', { url: 'https://0xa.1/' }, ['url']],
    ['the metadata of the cloud', { url: 'http://169.254.169.254/' }, ['url']],
    ['IPv6 loopback', { url: 'https://[::1]/' }, ['url']],
    ['plain http to the public', { url: 'http://1.1.1.1/' }, ['url']],
    ['a host that is nobody', { url: 'https://nobody.invalid/' }, ['url']],
    ['an empty description', { description: '' }, ['description']],
    ['a long description', { description: 'x'.repeat(201) }, ['description']],
    ['two lines', { description: 'a\nb' }, ['description']],
    ['no event type', { eventTypes: [] }, ['eventTypes']],
    ['an unknown event type', { eventTypes: ['message.added', 'nope'] }, ['eventTypes', '1']],
    ['an unknown beginning', { eventTypes: ['nope.*'] }, ['eventTypes', '0']],
    ['a star alone', { eventTypes: ['*'] }, ['eventTypes', '0']],
    ['the type of tests', { eventTypes: ['webhook.ping'] }, ['eventTypes', '0']],
    ['101 event types', { eventTypes: Array<string>(101).fill('message.added') }, ['eventTypes']],
    ['a secret without its prefix', { secret: own.slice(6) }, ['secret']],
    ['a secret of another kind', { secret: 'whpk_abc' }, ['secret']],
    ['a short secret', { secret: `whsec_${Buffer.alloc(23).toString('base64')}` }, ['secret']],
    ['a long secret', { secret: `whsec_${Buffer.alloc(65).toString('base64')}` }, ['secret']],
    ['a secret that is no base64', { secret: `whsec_${'-'.repeat(32)}` }, ['secret']],
    ['an empty secret', { secret: 'whsec_' }, ['secret']],
  ])('refuses %s', async (_, bad, path) => {
    const before = await everythingOf(parley, workspaceId);
    const problems = await refused(owner, 'webhookEndpointCreate', { input: { url, ...bad } });
    expect(problems).toEqual([{ code: 'INVALID_INPUT', path: ['input', ...path] }]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('tells everything that is wrong at once, and what to change', async () => {
    const { userErrors } = await call<{ userErrors: { message: string; path: string[] }[] }>(
      owner,
      'webhookEndpointCreate',
      { input: { url: 'nope', description: '', secret: 'x' } },
      '{ userErrors { message path } }',
    );
    expect(userErrors.map(({ path }) => path[1])).toEqual(['url', 'description', 'secret']);
    const [{ message }] = (
      await call<{ userErrors: [{ message: string }] }>(
        owner,
        'webhookEndpointCreate',
        { input: { url: 'https://10.0.0.1/' } },
        '{ userErrors { message } }',
      )
    ).userErrors;
    expect(message).toContain('PARLEY_OUTGOING_ALLOW');
  });
});

describe('webhookEndpointUpdate', () => {
  const update = (id: string, input: object) =>
    must<{ webhookEndpoint: Record<string, unknown> }>(
      owner,
      'webhookEndpointUpdate',
      { id, input },
      `webhookEndpoint { ${ENDPOINT} }`,
    );

  test('changes what is given, and leaves the rest', async () => {
    const { webhookEndpoint: before } = await create(owner, {
      ...{ description: 'CRM', eventTypes: ['message.*'] },
    });
    const { id } = before;
    const { webhookEndpoint } = await update(id, { url: `${url}/2`, ordered: true });
    expect(webhookEndpoint).toEqual({ ...before, url: `${url}/2`, ordered: true });
    const cleared = await update(id, { description: null, eventTypes: null, url: null });
    expect(cleared.webhookEndpoint).toMatchObject({
      ...{ description: null, eventTypes: null, url: `${url}/2` },
    });
    const events = await eventsOf(parley, workspaceId, id);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['webhook_endpoint.created', {}],
      ['webhook_endpoint.updated', { fields: ['url', 'ordered'] }],
      ['webhook_endpoint.updated', { fields: ['description', 'eventTypes'] }],
    ]);
  });

  test('without a change leaves no trace', async () => {
    const { webhookEndpoint } = await create(owner, { description: 'CRM' });
    const before = await everythingOf(parley, workspaceId);
    await update(webhookEndpoint.id, {});
    await update(webhookEndpoint.id, { url, description: 'CRM', enabled: true, ordered: false });
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('switches it off and on, with an event each time', async () => {
    const { webhookEndpoint } = await create(owner);
    const { id } = webhookEndpoint;
    expect((await update(id, { enabled: false })).webhookEndpoint).toMatchObject({
      ...{ status: 'DISABLED', disabledReason: 'MANUAL', disabledAt: parley.now().toISOString() },
    });
    await update(id, { enabled: false });
    expect((await update(id, { enabled: true })).webhookEndpoint).toMatchObject({
      ...{ status: 'ENABLED', disabledReason: null, disabledAt: null },
    });
    const events = await eventsOf(parley, workspaceId, id);
    expect(events.slice(1).map(({ type, data }) => [type, data])).toEqual([
      ['webhook_endpoint.disabled', { reason: 'MANUAL' }],
      ['webhook_endpoint.updated', { fields: ['enabled'] }],
    ]);
  });

  test.each<[what: string, bad: object, path: string[]]>([
    ['a private address', { url: 'https://192.168.1.1/' }, ['url']],
    ['a URL that is none', { url: 'x' }, ['url']],
    ['an empty description', { description: ' ' }, ['description']],
    ['an unknown event type', { eventTypes: ['x'] }, ['eventTypes', '0']],
  ])('refuses %s', async (_, input, path) => {
    const { webhookEndpoint } = await create(owner);
    const before = await everythingOf(parley, workspaceId);
    const { id } = webhookEndpoint;
    expect(await refused(owner, 'webhookEndpointUpdate', { id, input })).toEqual([
      { code: 'INVALID_INPUT', path: ['input', ...path] },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });
});

describe('webhookEndpointRotateSecret', () => {
  test('shows the new secret once, and says until when the other is used', async () => {
    const { webhookEndpoint, secret } = await create(owner);
    const args = { id: webhookEndpoint.id, idempotencyKey: 'k' };
    const selection = 'secret webhookEndpoint { previousSecretUntil }';
    const rotated = await must<{ secret: string }>(
      owner,
      'webhookEndpointRotateSecret',
      args,
      selection,
    );
    expect(rotated.secret).not.toBe(secret);
    expect(rotated).toEqual({
      secret: expect.stringMatching(/^whsec_/) as string,
      webhookEndpoint: {
        previousSecretUntil: new Date(parley.now().getTime() + 86_400_000).toISOString(),
      },
    });
    expect(await must(owner, 'webhookEndpointRotateSecret', args, selection)).toEqual({
      ...rotated,
      secret: null,
    });
  });

  test.each([
    ['a bad secret', { secret: 'x' }, 'secret'],
    ['less than nothing', { overlapHours: -1 }, 'overlapHours'],
    ['more than a week', { overlapHours: 169 }, 'overlapHours'],
  ])('refuses %s', async (_, input, field) => {
    const { webhookEndpoint } = await create(owner);
    const before = await everythingOf(parley, workspaceId);
    const { id } = webhookEndpoint;
    expect(await refused(owner, 'webhookEndpointRotateSecret', { id, input })).toEqual([
      { code: 'INVALID_INPUT', path: ['input', field] },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });
});

describe('an endpoint that has more rights than the caller', () => {
  test('is not there for them: they could send to themselves what they may not read', async () => {
    const channelId = await makeChannel(owner);
    const { webhookEndpoint } = await create(owner);
    const { id } = webhookEndpoint;
    await must(owner, 'webhookEndpointPing', { id }, 'webhookDelivery { id }');
    const { nodes } = await call<{ nodes: { id: string }[] }>(
      owner,
      'webhookDeliveries',
      { endpointId: id },
      '{ nodes { id } }',
    );
    const deliveryId = nodes[0]!.id;
    const before = await everythingOf(parley, workspaceId);
    const everything = webhookEndpoint.permissions;
    for (const client of [
      await manager(['CUSTOMER_READ', 'WORKSPACE_READ']),
      await manager(everything, [channelId]),
    ]) {
      expect(await endpointsOf(client)).toEqual([]);
      const deliveries = await call(
        client,
        'webhookDeliveries',
        { endpointId: id },
        '{ nodes { id } }',
      );
      expect(deliveries).toEqual({ nodes: [] });
      expect(await call(client, 'node', { id }, '{ id }')).toBeNull();
      expect(await call(client, 'node', { id: deliveryId }, '{ id }')).toBeNull();
      for (const [mutation, args] of [
        ['webhookEndpointUpdate', { id, input: { url: `${url}/mine` } }],
        ['webhookEndpointDelete', { id }],
        ['webhookEndpointRotateSecret', { id }],
        ['webhookEndpointPing', { id }],
        ['webhookRedeliver', { deliveryId }],
      ] as const) {
        const path = ['deliveryId' in args ? 'deliveryId' : 'id'];
        expect(await refused(client, mutation, args)).toEqual([{ code: 'NOT_FOUND', path }]);
      }
    }
    const after = await everythingOf(parley, workspaceId);
    const rows = (text: string) => text.split('\n').filter((row) => row.startsWith('webhook'));
    expect(rows(after)).toEqual(rows(before));
  });

  test('is there for those who have as many', async () => {
    const channelId = await makeChannel(owner);
    const limited = await manager(['CHANNEL_READ'], [channelId]);
    const { webhookEndpoint } = await create(limited);
    const { id } = webhookEndpoint;
    expect(await endpointsOf(owner)).toEqual([{ id }]);
    expect(await endpointsOf(limited)).toEqual([{ id }]);
    const other = await manager(['CHANNEL_READ'], [channelId, await makeChannel(owner)]);
    expect(await endpointsOf(other)).toEqual([{ id }]);
  });
});

describe('ids', () => {
  test.each(['nonsense', '', 'whe_01h00000000000000000000000', 'chn_01h455vb4pex5vsknk084sn02q'])(
    '%p names nothing',
    async (id) => {
      const notFound = (path: string) => [{ code: 'NOT_FOUND', path: [path] }];
      expect(await refused(owner, 'webhookEndpointUpdate', { id, input: {} })).toEqual(
        notFound('id'),
      );
      expect(await refused(owner, 'webhookEndpointDelete', { id })).toEqual(notFound('id'));
      expect(await refused(owner, 'webhookEndpointRotateSecret', { id })).toEqual(notFound('id'));
      expect(await refused(owner, 'webhookEndpointPing', { id })).toEqual(notFound('id'));
      expect(await refused(owner, 'webhookRedeliver', { deliveryId: id })).toEqual(
        notFound('deliveryId'),
      );
      expect(
        await call(owner, 'webhookDeliveries', { endpointId: id }, '{ nodes { id } }'),
      ).toEqual({
        nodes: [],
      });
    },
  );

  test('of what was deleted name nothing any more', async () => {
    const { webhookEndpoint } = await create(owner);
    const { id } = webhookEndpoint;
    await must(owner, 'webhookEndpointDelete', { id }, 'deletedId');
    expect(await refused(owner, 'webhookEndpointDelete', { id })).toEqual([
      { code: 'NOT_FOUND', path: ['id'] },
    ]);
    expect((await eventsOf(parley, workspaceId, id)).map(({ type }) => type)).toEqual([
      'webhook_endpoint.created',
      'webhook_endpoint.deleted',
    ]);
    const [row] = await asOwner<{ secret: Buffer }>(
      parley,
      'select secret from webhook_endpoint where workspace_id = $1',
      [workspaceId],
    );
    expect(row!.secret).toHaveLength(0);
  });
});

describe('lists', () => {
  test('of endpoints come in pages, oldest first', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await create(owner)).webhookEndpoint.id);
    const page = (args: object) =>
      call<{ nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } }>(
        owner,
        'webhookEndpoints',
        args,
        '{ nodes { id } pageInfo { endCursor hasNextPage } }',
      );
    const first = await page({ first: 3 });
    expect(first.nodes.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const second = await page({ first: 3, after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect((await page({ last: 2 })).nodes.map(({ id }) => id)).toEqual(ids.slice(-2));
  });

  test.each([
    ['webhookEndpoints', {}],
    ['webhookDeliveries', { endpointId: globalId('WebhookEndpoint', newId()) }],
  ])('%s refuse bad places and sizes', async (name, args) => {
    for (const [argument, value] of [
      ['first', -1],
      ['first', 101],
      ['last', 101],
      ['after', 'x'],
      ['before', ''],
    ] as const) {
      const { errors } = await ask(owner, name, { ...args, [argument]: value }, '{ nodes { id } }');
      expect(errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'BAD_USER_INPUT', argument: [argument] },
      ]);
    }
  });

  test('of deliveries with their attempts cost as many reads for many as for one', async () => {
    const { webhookEndpoint } = await create(owner);
    const endpointId = uuid(webhookEndpoint.id);
    await asOwner(
      parley,
      `with d as (
         insert into webhook_delivery (workspace_id, id, endpoint_id, kind, type, status, position, created_at)
         select $1, gen_random_uuid(), $2, 'EVENT', 'channel.created', 'DELIVERED', n, now()
         from generate_series(1, 40) n returning id
       )
       insert into webhook_attempt (workspace_id, delivery_id, number, started_at, duration_ms, request_url)
       select $1, d.id, n, now(), 1, 'x' from d, generate_series(1, 3) n`,
      [workspaceId, endpointId],
    );
    const page = (first: number) =>
      call<{ nodes: { attempts: { nodes: object[] } }[] }>(
        owner,
        'webhookDeliveries',
        { endpointId: webhookEndpoint.id, first },
        '{ nodes { id endpoint { id } attempts(first: 2) { nodes { number requestBody } } } }',
      );
    const { nodes } = await page(40);
    expect(nodes).toHaveLength(40);
    // the log has none of these events
    for (const { attempts } of nodes) {
      expect(attempts.nodes).toEqual([
        { number: 1, requestBody: null },
        { number: 2, requestBody: null },
      ]);
    }
    await page(1);
    const forOne = await statementsOf(() => page(1));
    expect(forOne).toBeGreaterThan(2);
    expect(await statementsOf(() => page(40))).toBe(forOne);
  });
});

/** Through which every statement of the API goes. */
const prototype = Postgres.prototype as unknown as { query: (...args: unknown[]) => unknown };

/** How many statements about webhooks and their events something takes. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const texts: string[] = [];
  const { query } = prototype;
  const spy = jest.spyOn(prototype, 'query').mockImplementation(function (
    this: unknown,
    ...args: unknown[]
  ) {
    const [first] = args as [string | QueryConfig];
    texts.push(typeof first === 'string' ? first : first.text);
    return query.apply(this, args);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return texts.filter((text) => /from (webhook_|event_log)/.test(text)).length;
}
