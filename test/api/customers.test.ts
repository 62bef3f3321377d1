import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { eventsOf, eventTypesOf, everythingOf, uuid } from '../support/owner';
import { unique } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

interface Upserted {
  outcome: string;
  customer: { id: string; [field: string]: unknown };
}

const FIELDS = 'id name email phone externalRef stage properties';

function upsert(by: object, input: object = {}, fields = FIELDS): Promise<Upserted> {
  return must(owner, 'customerUpsert', { by, input }, `outcome customer { ${fields} }`);
}

const TRANSITIONS = 'transitions { nodes { fromStage toStage reason occurredAt } }';

describe('customerUpsert', () => {
  test('makes a customer, changes it, and then finds nothing to change', async () => {
    const by = { externalRef: 'crm-1' };
    const input = {
      name: '  Ada Lovelace ',
      email: 'Ada@Example.COM',
      phone: '+44 20 7946 0000',
      properties: { tier: 'gold', since: null, nested: { a: [1, 2] } },
    };
    const made = await upsert(by, input);
    const stored = {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+44 20 7946 0000',
      externalRef: 'crm-1',
      stage: 'AWARENESS',
      properties: { tier: 'gold', nested: { a: [1, 2] } },
    };
    expect(made).toEqual({
      outcome: 'CREATED',
      customer: { id: expect.stringMatching(/^cus_/) as string, ...stored },
    });
    const { id } = made.customer;
    expect(await upsert(by, { name: 'Ada King' })).toEqual({
      outcome: 'UPDATED',
      customer: { id, ...stored, name: 'Ada King' },
    });
    const before = await everythingOf(parley, workspaceId);
    expect(await upsert({ id }, { ...input, name: 'Ada King' })).toMatchObject({
      outcome: 'UNCHANGED',
      customer: { id },
    });
    expect(await everythingOf(parley, workspaceId)).toBe(before);
    expect(await eventTypesOf(parley, workspaceId, id)).toEqual([
      'customer.created',
      'customer.updated',
    ]);
  });

  test('keeps what is left out, and clears what is null', async () => {
    const by = { externalRef: 'crm-1' };
    await upsert(by, { name: 'Ada', email: 'ada@example.com', phone: '1' });
    const { outcome, customer } = await upsert(by, { email: null, phone: null });
    expect(outcome).toBe('UPDATED');
    expect(customer).toMatchObject({ name: 'Ada', email: null, phone: null, externalRef: 'crm-1' });
  });

  test('merges properties key by key, null removing one, and null for all clears them', async () => {
    const by = { externalRef: 'crm-1' };
    await upsert(by, { properties: { a: 1, b: { c: 2 } } });
    const merged = await upsert(by, { properties: { a: null, b: { d: 3 }, e: 'x' } });
    expect(merged.customer.properties).toEqual({ b: { d: 3 }, e: 'x' });
    expect((await upsert(by, { properties: {} })).outcome).toBe('UNCHANGED');
    expect((await upsert(by, { properties: { a: null } })).outcome).toBe('UNCHANGED');
    const cleared = await upsert(by, { properties: null });
    expect(cleared).toMatchObject({ outcome: 'UPDATED', customer: { properties: {} } });
    expect((await upsert(by, { properties: null })).outcome).toBe('UNCHANGED');
  });

  test('refuses properties that grow too large by merging', async () => {
    const by = { externalRef: 'crm-1' };
    await upsert(by, { properties: { a: 'x'.repeat(10_000) } });
    expect(
      await refused(owner, 'customerUpsert', {
        by,
        input: { properties: { b: 'x'.repeat(10_000) } },
      }),
    ).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'properties'] }]);
  });

  test.each([
    ['an e-mail address, in any case', { email: 'ADA@example.com' }, { email: 'ada@example.com' }],
    ['a reference', { externalRef: 'crm-7' }, { externalRef: 'crm-7' }],
    ['an identity', { identity: { channelKind: 'X', externalId: '42' } }, {}],
    [
      'an identity in a scope',
      { identity: { channelKind: 'FACEBOOK', scope: 'page-1', externalId: '42' } },
      {},
    ],
  ])('makes one customer of %s, however often', async (_, by, stored) => {
    const { outcome, customer } = await upsert(by);
    expect([outcome, customer]).toEqual(['CREATED', expect.objectContaining(stored)]);
    expect(await upsert(by)).toMatchObject({ outcome: 'UNCHANGED', customer: { id: customer.id } });
    expect(await call(owner, 'customer', { by }, '{ id }')).toEqual({ id: customer.id });
  });

  test('makes one customer of many requests at the same moment', async () => {
    for (const by of [
      { email: 'ada@example.com' },
      { externalRef: 'crm-7' },
      { identity: { channelKind: 'X', externalId: '42' } },
    ]) {
      const made = await Promise.all(Array.from({ length: 6 }, () => upsert(by, { name: 'Ada' })));
      expect(new Set(made.map(({ customer }) => customer.id)).size).toBe(1);
      expect(made.map(({ outcome }) => outcome).sort()).toEqual([
        'CREATED',
        ...Array<string>(5).fill('UNCHANGED'),
      ]);
    }
  });

  test('tells ids of one platform apart by their scope and platform', async () => {
    const ids = new Set<string>();
    for (const identity of [
      { channelKind: 'FACEBOOK', scope: 'page-1', externalId: '42' },
      { channelKind: 'FACEBOOK', scope: 'page-2', externalId: '42' },
      { channelKind: 'FACEBOOK', externalId: '42' },
      { channelKind: 'X', externalId: '42' },
    ]) {
      ids.add((await upsert({ identity })).customer.id);
    }
    expect(ids.size).toBe(4);
  });

  test('keeps every change of stage with its reason and time', async () => {
    const by = { externalRef: 'crm-1' };
    const stageChangedAt = '2026-01-05T00:00:00.000Z';
    await upsert(by, { stage: 'ACQUISITION', stageChangedAt });
    const occurredAt = parley.now().toISOString();
    const { customer } = await upsert(
      by,
      { stage: 'AT_RISK', stageReason: 'Complained twice' },
      `id stage ${TRANSITIONS}`,
    );
    const { id, ...rest } = customer;
    expect(rest).toEqual({
      stage: 'AT_RISK',
      transitions: {
        nodes: [
          { fromStage: null, toStage: 'ACQUISITION', reason: null, occurredAt: stageChangedAt },
          { fromStage: 'ACQUISITION', toStage: 'AT_RISK', reason: 'Complained twice', occurredAt },
        ],
      },
    });
    expect((await upsert(by, { stage: 'AT_RISK', stageReason: 'Again' })).outcome).toBe(
      'UNCHANGED',
    );
    const events = await eventsOf(parley, workspaceId, id);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['customer.created', {}],
      ['customer.updated', { fields: ['stage'] }],
      ['customer.stage_changed', { from: 'ACQUISITION', to: 'AT_RISK' }],
    ]);
  });

  test('leaves no personal data in its events', async () => {
    const by = { email: 'ada@example.com' };
    await upsert(by, { name: 'Ada Lovelace', phone: '+44 1', properties: { secret: 'Babbage' } });
    await upsert(by, { name: 'Ada King', externalRef: 'crm-ada', properties: { secret: 'Byron' } });
    const log = JSON.stringify(await eventsOf(parley, workspaceId));
    expect(log).not.toMatch(/ada@|crm-ada|lovelace|king|babbage|byron|\+44/i);
  });

  test('refuses an e-mail address or reference that another customer has', async () => {
    await upsert({ externalRef: 'crm-1' }, { email: 'ada@example.com' });
    await upsert({ externalRef: 'crm-2' });
    for (const [by, input, field] of [
      [{ externalRef: 'crm-2' }, { email: 'ADA@example.com' }, 'email'],
      [{ externalRef: 'crm-2' }, { externalRef: 'crm-1' }, 'externalRef'],
      [{ externalRef: 'crm-3' }, { email: 'ada@example.com' }, 'email'],
      [{ email: 'eve@example.com' }, { externalRef: 'crm-1' }, 'externalRef'],
    ] as const) {
      expect(await refused(owner, 'customerUpsert', { by, input })).toEqual([
        { code: 'CONFLICT', path: ['input', field] },
      ]);
    }
  });

  test('refuses to make a customer whose input contradicts how it was named', async () => {
    expect(
      await refused(owner, 'customerUpsert', {
        by: { email: 'ada@example.com' },
        input: { email: 'eve@example.com' },
      }),
    ).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'email'] }]);
    expect(
      await refused(owner, 'customerUpsert', {
        by: { externalRef: 'crm-1' },
        input: { externalRef: null },
      }),
    ).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'externalRef'] }]);
    expect((await upsert({ email: 'ada@example.com' }, { email: 'ADA@example.com' })).outcome).toBe(
      'CREATED',
    );
  });

  test.each([
    [
      'an unknown id',
      { by: { id: 'cus_01h00000000000000000000000' }, input: {} },
      'NOT_FOUND',
      ['by', 'id'],
    ],
    [
      'an id of another type',
      { by: { id: 'chn_01h00000000000000000000000' }, input: {} },
      'NOT_FOUND',
      ['by', 'id'],
    ],
    ['no id at all', { by: { id: 'nonsense' }, input: {} }, 'NOT_FOUND', ['by', 'id']],
    [
      'an unknown stage',
      { by: { externalRef: 'a' }, input: { stage: 'HAPPY' } },
      'NOT_FOUND',
      ['input', 'stage'],
    ],
    [
      'an empty reference',
      { by: { externalRef: ' ' }, input: {} },
      'INVALID_INPUT',
      ['by', 'externalRef'],
    ],
    [
      'a long name',
      { by: { externalRef: 'a' }, input: { name: 'x'.repeat(201) } },
      'INVALID_INPUT',
      ['input', 'name'],
    ],
    [
      'a name of two lines',
      { by: { externalRef: 'a' }, input: { name: 'a\nb' } },
      'INVALID_INPUT',
      ['input', 'name'],
    ],
    [
      'a name with NUL',
      { by: { externalRef: 'a' }, input: { name: 'a\u0000b' } },
      'INVALID_INPUT',
      ['input', 'name'],
    ],
    [
      'half a surrogate pair',
      { by: { externalRef: 'a' }, input: { name: 'a\ud83d' } },
      'INVALID_INPUT',
      ['input', 'name'],
    ],
    [
      'an address without @',
      { by: { externalRef: 'a' }, input: { email: 'ada' } },
      'INVALID_INPUT',
      ['input', 'email'],
    ],
    [
      'an address with a space',
      { by: { email: 'a b@example.com' }, input: {} },
      'INVALID_INPUT',
      ['by', 'email'],
    ],
    [
      'an ancient time',
      { by: { externalRef: 'a' }, input: { stageChangedAt: '1815-12-10T00:00:00Z' } },
      'INVALID_INPUT',
      ['input', 'stageChangedAt'],
    ],
    [
      'properties with NUL',
      { by: { externalRef: 'a' }, input: { properties: { a: '\u0000' } } },
      'INVALID_INPUT',
      ['input', 'properties'],
    ],
    [
      'deep properties',
      { by: { externalRef: 'a' }, input: { properties: deep(11) } },
      'INVALID_INPUT',
      ['input', 'properties'],
    ],
    [
      'large properties',
      { by: { externalRef: 'a' }, input: { properties: { a: 'x'.repeat(16_384) } } },
      'INVALID_INPUT',
      ['input', 'properties'],
    ],
  ])('refuses %s, and writes nothing', async (_, args, code, path) => {
    const before = await everythingOf(parley, workspaceId);
    expect(await refused(owner, 'customerUpsert', args)).toEqual([{ code, path }]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test.each([
    ['nothing', {}],
    ['two ways at once', { email: 'a@example.com', externalRef: 'a' }],
    ['null', { email: null }],
    ['an unknown platform', { identity: { channelKind: 'MYSPACE', externalId: '1' } }],
  ])('is told that a customer can’t be named by %s', async (_, by) => {
    const answer = await ask(owner, 'customerUpsert', { by, input: {} }, '{ outcome }');
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

function deep(levels: number): object {
  return levels === 0 ? {} : { a: deep(levels - 1) };
}

describe('customerIdentityAdd', () => {
  const IDENTITIES = 'identities { nodes { id channelKind scope externalId handle displayName } }';

  test('gives a customer one more handle, by which it is found from then on', async () => {
    const { customer } = await upsert({ externalRef: 'crm-1' });
    const input = {
      channelKind: 'WHATSAPP',
      scope: 'account-1',
      externalId: '4420',
      handle: 'ada',
      displayName: 'Ada L.',
    };
    const args = { customerId: customer.id, input };
    const selection = `identity { id } customer { id ${IDENTITIES} }`;
    const added = await must<{ identity: { id: string }; customer: object }>(
      owner,
      'customerIdentityAdd',
      args,
      selection,
    );
    expect(added.identity.id).toMatch(/^idn_/);
    expect(added.customer).toEqual({
      id: customer.id,
      identities: { nodes: [{ id: added.identity.id, ...input }] },
    });
    const { channelKind, scope, externalId } = input;
    const by = { identity: { channelKind, scope, externalId } };
    expect(await call(owner, 'customer', { by }, '{ id }')).toEqual({ id: customer.id });

    expect(await must(owner, 'customerIdentityAdd', args, selection)).toEqual(added);
    const events = await eventsOf(parley, workspaceId, customer.id);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['customer.created', {}],
      ['customer.identity_added', { identityId: uuid(added.identity.id) }],
    ]);
  });

  test('refuses the handle of another customer', async () => {
    const identity = { channelKind: 'X', externalId: '42' };
    await upsert({ identity });
    const { customer } = await upsert({ externalRef: 'crm-1' });
    expect(
      await refused(owner, 'customerIdentityAdd', { customerId: customer.id, input: identity }),
    ).toEqual([{ code: 'CONFLICT', path: ['input', 'externalId'] }]);
  });

  test('refuses a customer that is not there, and an empty handle', async () => {
    const input = { channelKind: 'X', externalId: '42' };
    const customerId = 'cus_01h00000000000000000000000';
    expect(await refused(owner, 'customerIdentityAdd', { customerId, input })).toEqual([
      { code: 'NOT_FOUND', path: ['customerId'] },
    ]);
    const { customer } = await upsert({ externalRef: 'crm-1' });
    expect(
      await refused(owner, 'customerIdentityAdd', {
        customerId: customer.id,
        input: { ...input, externalId: '' },
      }),
    ).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'externalId'] }]);
  });
});

describe('customer', () => {
  test.each([
    [{ id: 'cus_01h00000000000000000000000' }],
    [{ id: 'nonsense' }],
    [{ email: 'nobody@example.com' }],
    [{ externalRef: unique('nobody') }],
    [{ identity: { channelKind: 'X', externalId: 'nobody' } }],
  ])('is null for %j, which nobody has', async (by) => {
    expect(await call(owner, 'customer', { by }, '{ id }')).toBeNull();
  });

  test.each([[{ externalRef: '' }], [{ externalRef: 'a\u0000' }], [{ email: 'x'.repeat(300) }]])(
    'tells which part of %j can’t be used',
    async (by) => {
      const { errors } = await ask(owner, 'customer', { by }, '{ id }');
      expect(errors?.[0]?.extensions).toEqual({
        code: 'BAD_USER_INPUT',
        argument: ['by', Object.keys(by)[0]],
      });
    },
  );
});
