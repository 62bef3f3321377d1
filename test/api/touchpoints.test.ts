import { startTestApp, type TestApp } from '../support/app';
import { call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { eventsOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let customerId: string;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
  const { customer } = await must<{ customer: { id: string } }>(
    owner,
    'customerUpsert',
    {
      by: { externalRef: 'crm-1' },
      input: { email: 'ada@example.com', stage: 'ONBOARDING' },
    },
    'customer { id }',
  );
  customerId = customer.id;
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const purchase = {
  customer: { externalRef: 'crm-1' },
  type: 'purchase',
  source: 'shop',
  externalId: 'order-1',
  occurredAt: '2026-01-05T10:00:00.000Z',
};

interface Item {
  outcome: string;
  touchpoint: { id: string; [field: string]: unknown } | null;
  userErrors: { code: string; path: string[] }[];
}

const FIELDS = `id type source externalId occurredAt recordedAt stage sentiment properties
  cost { amount currency } value { amount currency } customer { id } channel { id }
  conversation { id } message { id }`;

async function record(input: object[], fields = 'id'): Promise<Item[]> {
  const { items } = await must<{ items: Item[] }>(
    owner,
    'touchpointRecord',
    { input },
    `items { outcome touchpoint { ${fields} } userErrors { code path } }`,
  );
  return items;
}

describe('touchpointRecord', () => {
  test('keeps everything that the source says', async () => {
    const channelId = await makeChannel(owner);
    const [item] = await record(
      [
        {
          ...purchase,
          stage: 'ACTIVE',
          channelId,
          properties: { items: [{ sku: 'A-1' }] },
          cost: { amount: '0.5', currency: 'EUR' },
          value: { amount: '-1234.567890', currency: 'USD' },
          sentiment: 0.25,
        },
      ],
      FIELDS,
    );
    expect(item).toEqual({
      outcome: 'CREATED',
      userErrors: [],
      touchpoint: {
        id: expect.stringMatching(/^tch_/) as string,
        type: 'purchase',
        source: 'shop',
        externalId: 'order-1',
        occurredAt: purchase.occurredAt,
        recordedAt: parley.now().toISOString(),
        stage: 'ACTIVE',
        sentiment: 0.25,
        properties: { items: [{ sku: 'A-1' }] },
        cost: { amount: '0.50', currency: 'EUR' },
        value: { amount: '-1234.56789', currency: 'USD' },
        customer: { id: customerId },
        channel: { id: channelId },
        conversation: null,
        message: null,
      },
    });
    const events = await eventsOf(parley, workspaceId, item!.touchpoint!.id);
    expect(events).toMatchObject([
      {
        type: 'touchpoint.recorded',
        occurredAt: new Date(purchase.occurredAt),
        data: { customerId: uuid(customerId), channelId: uuid(channelId), type: 'purchase' },
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/ada@|crm-1|order-1|A-1/);
  });

  test('takes the customer’s stage where none is given', async () => {
    const [item] = await record([purchase], 'id stage');
    expect(item?.touchpoint?.stage).toBe('ONBOARDING');
  });

  test('finds the customer by id, e-mail address, reference or identity', async () => {
    const identity = { channelKind: 'WEB_CHAT', scope: 'shop', externalId: 'visitor-1' };
    await must(owner, 'customerIdentityAdd', { customerId, input: identity }, 'identity { id }');
    const ways = [
      { id: customerId },
      { email: 'ADA@example.com' },
      { externalRef: 'crm-1' },
      { identity },
    ];
    const items = await record(
      ways.map((customer, index) => ({ ...purchase, customer, externalId: `order-${index}` })),
      'id customer { id }',
    );
    expect(items.map(({ touchpoint }) => touchpoint?.customer)).toEqual(
      ways.map(() => ({ id: customerId })),
    );
  });

  test('changes nothing when told the same again, within a batch and later', async () => {
    const [first, second, other] = await record([
      purchase,
      { ...purchase, type: 'refund' },
      { ...purchase, source: 'till' },
    ]);
    expect([first?.outcome, second?.outcome, other?.outcome]).toEqual([
      'CREATED',
      'UNCHANGED',
      'CREATED',
    ]);
    expect(second?.touchpoint).toEqual(first?.touchpoint);
    const before = await everythingOf(parley, workspaceId);
    const [again] = await record([{ ...purchase, type: 'refund', sentiment: 1 }], 'id type');
    expect(again).toEqual({
      outcome: 'UNCHANGED',
      touchpoint: { id: first?.touchpoint?.id, type: 'purchase' },
      userErrors: [],
    });
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('records the same batch once, though several tell it at the same moment', async () => {
    const batch = Array.from({ length: 20 }, (_, i) => ({ ...purchase, externalId: `o-${i}` }));
    const answers = await Promise.all([
      record(batch),
      record([...batch].reverse()),
      record(batch),
      record([...batch].reverse()),
    ]);
    expect(answers.flat().filter(({ outcome }) => outcome === 'CREATED')).toHaveLength(20);
    expect(new Set(answers.flat().map(({ touchpoint }) => touchpoint?.id)).size).toBe(20);
  });

  test('refuses each bad one by itself, and records the rest', async () => {
    const bad: [object, string, string[]][] = [
      [{ customer: { externalRef: 'nobody' } }, 'NOT_FOUND', ['customer']],
      [{ customer: { id: 'nonsense' } }, 'NOT_FOUND', ['customer']],
      [{ customer: { externalRef: '' } }, 'INVALID_INPUT', ['customer', 'externalRef']],
      [{ type: 'Purchase' }, 'INVALID_INPUT', ['type']],
      [{ type: '' }, 'INVALID_INPUT', ['type']],
      [{ type: 'a'.repeat(65) }, 'INVALID_INPUT', ['type']],
      [{ source: 'parley' }, 'INVALID_INPUT', ['source']],
      [{ source: ' parley ' }, 'INVALID_INPUT', ['source']],
      [{ source: '' }, 'INVALID_INPUT', ['source']],
      [{ externalId: 'x'.repeat(201) }, 'INVALID_INPUT', ['externalId']],
      [{ occurredAt: '1899-01-01T00:00:00Z' }, 'INVALID_INPUT', ['occurredAt']],
      [{ stage: 'HAPPY' }, 'NOT_FOUND', ['stage']],
      [{ channelId: 'chn_01h00000000000000000000000' }, 'NOT_FOUND', ['channelId']],
      [{ channelId: customerId }, 'NOT_FOUND', ['channelId']],
      [{ cost: { amount: '1e3', currency: 'EUR' } }, 'INVALID_INPUT', ['cost', 'amount']],
      [{ cost: { amount: '1.1234567', currency: 'EUR' } }, 'INVALID_INPUT', ['cost', 'amount']],
      [{ value: { amount: '1', currency: 'eur' } }, 'INVALID_INPUT', ['value', 'currency']],
      [{ sentiment: 1.5 }, 'INVALID_INPUT', ['sentiment']],
      [{ properties: { a: '\u0000' } }, 'INVALID_INPUT', ['properties']],
    ];
    const batch = bad.map(([input], index) => ({
      ...purchase,
      externalId: `bad-${index}`,
      ...input,
    }));
    const items = await record([purchase, ...batch, { ...purchase, externalId: 'order-2' }]);
    expect(items.slice(1, -1)).toEqual(
      bad.map(([, code, path], index) => ({
        outcome: 'REJECTED',
        touchpoint: null,
        userErrors: [{ code, path: ['input', String(index + 1), ...path] }],
      })),
    );
    expect([items[0]?.outcome, items.at(-1)?.outcome]).toEqual(['CREATED', 'CREATED']);
    const { nodes } = await call<{ nodes: object[] }>(owner, 'touchpoints', {}, '{ nodes { id } }');
    expect(nodes).toHaveLength(2);
  });

  test('takes 500 at once, and refuses none and 501 as a whole', async () => {
    const batch = Array.from({ length: 501 }, (_, i) => ({ ...purchase, externalId: `o-${i}` }));
    for (const input of [[], batch]) {
      expect(await refused(owner, 'touchpointRecord', { input })).toEqual([
        { code: 'INVALID_INPUT', path: ['input'] },
      ]);
    }
    const items = await record(batch.slice(1));
    expect(items.map(({ outcome }) => outcome)).toEqual(Array(500).fill('CREATED'));
  });
});

describe('touchpoints', () => {
  test('are listed by every filter, newest first or oldest first', async () => {
    const channelId = await makeChannel(owner);
    const { conversation } = await recordMessage(owner, channelId, {
      sentAt: '2026-01-09T00:00:00Z',
      externalId: 'm1',
    });
    const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
    await record([
      { ...purchase, externalId: 'a', occurredAt: at(1), type: 'ad_click', stage: 'AWARENESS' },
      { ...purchase, externalId: 'b', occurredAt: at(2), channelId },
      { ...purchase, externalId: 'c', occurredAt: at(3), source: 'till' },
    ]);
    const listed = async (filter: object, orderBy = 'OCCURRED_DESC') => {
      const { nodes } = await call<{ nodes: { externalId: string; source: string }[] }>(
        owner,
        'touchpoints',
        { filter, orderBy },
        '{ nodes { externalId source } }',
      );
      return nodes
        .map(({ externalId, source }) => (source === 'parley' ? 'm' : externalId))
        .join('');
    };
    expect(await listed({})).toBe('mcba');
    expect(await listed({}, 'OCCURRED_ASC')).toBe('abcm');
    expect(await listed({ customerId })).toBe('cba');
    expect(await listed({ customerId: conversation.customer!.id })).toBe('m');
    expect(await listed({ channelIds: [channelId] })).toBe('mb');
    expect(await listed({ channelIds: [] })).toBe('');
    expect(await listed({ types: ['ad_click', 'message_received'] })).toBe('ma');
    expect(await listed({ stage: 'ONBOARDING' })).toBe('cb');
    expect(await listed({ source: 'till' })).toBe('c');
    expect(await listed({ occurredAt: { from: at(2), to: at(3) } })).toBe('b');
    expect(await listed({ not: { channelIds: [channelId] } })).toBe('ca');
    expect(await listed({ or: [{ source: 'till' }, { types: ['ad_click'] }] })).toBe('ca');
    expect(await listed({ and: [{ source: 'shop' }, { not: { stage: 'AWARENESS' } }] })).toBe('b');
    expect(await listed({ or: [] })).toBe('');
    expect(await listed({ customerId: 'nonsense' })).toBe('');
  });
});
