import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { everythingOf } from '../support/owner';
import { makeChannel, recordMessage, unique } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let channelId: string;
let conversationId: string;
let customerId: string;
let theirs: { channelId: string; conversationId: string; customerId: string };
/** Every row of the workspace: no test here may change any of it. */
let before: string;

beforeAll(async () => {
  parley = await startTestApp();
  ({ owner, workspaceId } = await parley.workspace());
  channelId = await makeChannel(owner);
  const { conversation } = await recordMessage(owner, channelId);
  conversationId = conversation.id;
  customerId = conversation.customer!.id;
  const { owner: stranger } = await parley.workspace();
  const foreignChannel = await makeChannel(stranger);
  const foreign = await recordMessage(stranger, foreignChannel);
  theirs = {
    channelId: foreignChannel,
    conversationId: foreign.conversation.id,
    customerId: foreign.conversation.customer!.id,
  };
  before = await everythingOf(parley, workspaceId);
});
afterEach(async () => {
  const then = before;
  before = await everythingOf(parley, workspaceId);
  expect(before).toBe(then);
  expect(parley.faults.splice(0)).toEqual([]);
});
afterAll(() => parley.close());

/** The arguments of each mutation, all good; the tests put a bad value in. */
const good: Record<string, () => Record<string, unknown>> = {
  customerUpsert: () => ({ by: { externalRef: 'bad-input' }, input: {} }),
  customerIdentityAdd: () => ({ customerId, input: { channelKind: 'X', externalId: 'bad-input' } }),
  channelCreate: () => ({
    input: { kind: 'X', name: 'Bad input', externalId: 'bad-input', visibility: 'PUBLIC' },
  }),
  channelUpdate: () => ({ id: channelId, input: { name: 'Bad input' } }),
  conversationClose: () => ({ id: conversationId }),
  conversationReopen: () => ({ id: conversationId }),
  conversationAssign: () => ({ id: conversationId, input: { assigneeId: null } }),
  messageSend: () => ({ conversationId, input: { body: 'An answer' } }),
  messageSendRetry: () => ({ id: 'msg_01h455vb4pex5vsknk084sn02q' }),
  messageCancel: () => ({ id: 'msg_01h455vb4pex5vsknk084sn02q' }),
  ...Object.fromEntries(
    ['messageHide', 'messageShow', 'messageDelete'].map((name) => [
      name,
      () => ({ id: 'msg_01h455vb4pex5vsknk084sn02q' }),
    ]),
  ),
  messageReact: () => ({ id: 'msg_01h455vb4pex5vsknk084sn02q', reaction: '👍' }),
  messageUnreact: () => ({ id: 'msg_01h455vb4pex5vsknk084sn02q', reaction: '👍' }),
  messageReplyPrivately: () => ({
    messageId: 'msg_01h455vb4pex5vsknk084sn02q',
    input: { body: 'An answer' },
  }),
  conversationMarkRead: () => ({ id: conversationId }),
  noteAdd: () => ({ conversationId, input: { body: 'A note' } }),
  tagAdd: () => ({ id: conversationId, input: { name: 'vip' } }),
  tagRemove: () => ({ id: conversationId, input: { name: 'vip' } }),
  messageRecord: () => ({
    channelId,
    input: {
      ...{ threadKey: 'bad-input', externalId: 'bad-input', direction: 'INBOUND', body: 'Hello' },
      ...{ sentAt: '2026-02-01T10:00:00Z', customer: { externalId: 'bad-input' } },
    },
  }),
  apiKeyCreate: () => ({ input: { name: 'Bad input', scopes: ['WORKSPACE_READ'] } }),
  apiKeyRevoke: () => ({ id: 'key_01h455vb4pex5vsknk084sn02q' }),
  userInvite: () => ({ input: { email: 'bad-input@example.com', role: 'AGENT' } }),
};

/** Good arguments with one value replaced: `input.customer.handle` is a place in them. */
function withValue(mutation: string, place: string, value: unknown): Record<string, unknown> {
  const args = structuredClone(good[mutation]!());
  const names = place.split('.');
  const last = names.pop()!;
  let at = args;
  for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
  at[last] = value;
  return args;
}

/** A value as the message of a failed test may hold it. */
const shortly = (value: unknown) => JSON.stringify(value).slice(0, 40);

/** Checks that a bad value is refused where it stands. */
async function refusesValue(mutation: string, place: string, value: unknown, code: string) {
  const problems = await refused(owner, mutation, withValue(mutation, place, value));
  expect([shortly(value), ...problems]).toEqual([shortly(value), { code, path: place.split('.') }]);
}

/** Fields that hold one line of text, and how many characters that may have. */
const lines: [mutation: string, place: string, longest: number][] = [
  ['customerUpsert', 'by.externalRef', 200],
  ['customerUpsert', 'input.name', 200],
  ['customerUpsert', 'input.phone', 32],
  ['customerUpsert', 'input.externalRef', 200],
  ['customerUpsert', 'input.stage', 50],
  ['customerUpsert', 'input.stageReason', 500],
  ['customerIdentityAdd', 'input.scope', 500],
  ['customerIdentityAdd', 'input.externalId', 500],
  ['customerIdentityAdd', 'input.handle', 200],
  ['customerIdentityAdd', 'input.displayName', 200],
  ['channelCreate', 'input.name', 200],
  ['channelCreate', 'input.externalId', 500],
  ['channelCreate', 'input.identityScope', 500],
  ['channelUpdate', 'input.name', 200],
  ['tagAdd', 'input.name', 50],
  ['tagRemove', 'input.name', 50],
  ['messageReact', 'reaction', 50],
  ['messageRecord', 'input.threadKey', 500],
  ['messageRecord', 'input.externalId', 500],
  ['messageRecord', 'input.customer.externalId', 500],
  ['messageRecord', 'input.customer.handle', 200],
  ['messageRecord', 'input.customer.displayName', 200],
  ['messageRecord', 'input.replyToExternalId', 500],
  ['messageRecord', 'input.subject', 500],
  ['apiKeyCreate', 'input.name', 100],
  ['userInvite', 'input.name', 200],
];

test.each(lines)('%s takes no bad line of text for %s', async (mutation, place, longest) => {
  for (const value of [
    '',
    ' ',
    '\u3000\u00a0',
    '\ufeff',
    'x'.repeat(longest + 1),
    '😀'.repeat(longest + 1),
    'x'.repeat(1_000_000),
    'a\0b',
    'a\nb',
    'a\tb',
    'a\rb',
    'a\u001bb',
    'a\u007fb',
    '\ud800',
    'a\udfffb',
  ]) {
    await refusesValue(mutation, place, value, 'INVALID_INPUT');
  }
});

test('text of any script fits where its characters do, and its bytes in an index', async () => {
  // no two alike, so that the database can't compress them
  const signs = (length: number, from: number) =>
    String.fromCodePoint(...Array.from({ length }, (_, index) => from + ((index * 7919) % 20_000)));
  const { owner: other } = await parley.workspace();
  const channel = await makeChannel(other, { identityScope: signs(433, 0x4e00) });
  const customer = { externalId: signs(433, 0x4e00), handle: signs(200, 0x20000) };
  const threadKey = signs(325, 0x20000);
  await recordMessage(other, channel, { customer, threadKey, subject: signs(325, 0x20000) });
  for (const long of [signs(434, 0x4e00), signs(326, 0x20000), signs(500, 0x20000)]) {
    const input = { channelKind: 'X', externalId: long, scope: long };
    const problems = await refused(owner, 'customerIdentityAdd', { customerId, input });
    const code = 'INVALID_INPUT';
    expect(problems).toEqual([
      { code, path: ['input', 'scope'] },
      { code, path: ['input', 'externalId'] },
    ]);
  }
});

const bodies = [
  ['messageRecord', 'input.body'],
  ['noteAdd', 'input.body'],
] as const;

test.each(bodies)('%s takes no bad text for %s', async (mutation, place) => {
  for (const value of [
    '',
    'x'.repeat(65_537),
    'x'.repeat(3_000_000),
    'a\0b',
    'a\u0008',
    '\ud83d',
  ]) {
    await refusesValue(mutation, place, value, 'INVALID_INPUT');
  }
});

const texts = [
  'a\nb\tc\r\n',
  '  blanks around  ',
  '\u200b\u200c\u200d\u2060\ufeff',
  '👩🏽‍🚀 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'e\u0301 is not é',
  '\u202eright to left\u202c',
  '\u0085\u2028\u2029',
  '<script>alert(1)</script> & "quotes" \\ \\u0000 \\n',
  '漢字 ไทย हिन्दी العربية עברית',
  '\u{10ffff}\u{fffe}',
  'x'.repeat(65_536),
];

test('a body is kept to the letter', async () => {
  for (const body of texts) {
    const { owner: other } = await parley.workspace();
    const channel = await makeChannel(other);
    const { message } = await recordMessage(other, channel, { body });
    const document = 'query ($id: ID!) { node(id: $id) { ... on Message { body } } }';
    expect(await other.query(document, { id: message.id })).toEqual({ node: { body } });
  }
});

const names = [
  'Zoë 👩🏽‍🚀',
  '\u200bx\u200d',
  '\u202eabc',
  '<b>&amp;</b>',
  "O'Neil; --",
  '\u0085',
  '%_\\',
];

test('a line of text is kept to the letter, but for blanks around it', async () => {
  for (const name of names) {
    const { owner: other } = await parley.workspace();
    const by = { externalRef: unique('kept') };
    const upsert = { by, input: { name: ` ${name} ` } };
    const selection = 'customer { name }';
    expect(await must(other, 'customerUpsert', upsert, selection)).toEqual({ customer: { name } });
  }
});

const emails = ['', ' ', 'nobody', '@', 'a@', '@b', 'a b@c', 'a@b@c\0', 'a\n@b.c', '\ud800@b.c'];

test.each([
  ['customerUpsert', 'input.email'],
  ['userInvite', 'input.email'],
] as const)('%s takes no bad address for %s', async (mutation, place) => {
  for (const email of [...emails, `${'x'.repeat(250)}@b.cd`, `${'x'.repeat(500_000)}@b.c`]) {
    await refusesValue(mutation, place, email, 'INVALID_INPUT');
  }
});

const moments: [mutation: string, place: string][] = [
  ['customerUpsert', 'input.stageChangedAt'],
  ['messageRecord', 'input.sentAt'],
  ['apiKeyCreate', 'input.expiresAt'],
];

test.each(moments)('%s takes no moment out of range for %s', async (mutation, place) => {
  for (const moment of [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '1899-12-31T23:59:59.999Z',
    '1900-01-01T00:00:00+01:00',
    '2200-01-01T00:00:00Z',
    '2199-12-31T23:59:59-01:00',
    '9999-12-31T23:59:59Z',
  ]) {
    await refusesValue(mutation, place, moment, 'INVALID_INPUT');
  }
});

test('a key can’t expire in the past', async () => {
  for (const moment of ['2000-01-01T00:00:00Z', parley.now().toISOString()]) {
    await refusesValue('apiKeyCreate', 'input.expiresAt', moment, 'INVALID_INPUT');
  }
});

test.each([
  '',
  '-1',
  '+1',
  '1.0',
  '1e3',
  '0x10',
  ' 1',
  '1 ',
  '1'.repeat(19),
  '١',
  'x',
  '1\n',
  '\0',
])('%j is no order key', (value) =>
  refusesValue('messageRecord', 'input.orderKey', value, 'INVALID_INPUT'),
);

const properties: [name: string, value: object][] = [
  ['16 KiB and a byte', { a: 'x'.repeat(16_384 - 8 + 1) }],
  ['16 KiB of many bytes a character', { a: '😀'.repeat(4_095) }],
  ['3 MB', { a: 'x'.repeat(3_000_000) }],
  ['11 levels', JSON.parse(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`) as object],
  ['1,000 levels', JSON.parse(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`) as object],
  ['1,000 levels of lists', { a: JSON.parse('['.repeat(1_000) + ']'.repeat(1_000)) as object }],
  ['NUL in a value', { a: { b: ['\0'] } }],
  ['NUL in a key', { 'a\0': 1 }],
  ['a lone surrogate in a value', { a: '\ud800' }],
  ['a lone surrogate in a key', { '\udc00': 1 }],
];

test.each(properties)('properties of %s are refused', (_name, value) =>
  refusesValue('customerUpsert', 'input.properties', value, 'INVALID_INPUT'),
);

test('numbers without an end are refused in properties', async () => {
  const document = `mutation { customerUpsert(by: { externalRef: "bad-input" },
    input: { properties: { a: [1e999] } }) { customer { id } userErrors { code path } } }`;
  const customerUpsert = {
    customer: null,
    userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'properties'] }],
  };
  for (let round = 0; round < 3; round++) {
    expect(await owner.query(document)).toEqual({ customerUpsert });
  }
});

test('properties are kept as they are, up to the limits', async () => {
  const { owner: other } = await parley.workspace();
  for (const value of [
    {},
    { a: 'x'.repeat(16_384 - 8) },
    JSON.parse(`${'{"a":'.repeat(10)}1${'}'.repeat(10)}`) as object,
    { text: '\\u0000 \\ud800', '': [], 'a.b': [null, true, 1.5, -0.1, 1e300, { '👩‍🚀': '\u200b' }] },
    { constructor: 1, toString: 2, hasOwnProperty: 3, workspaceId: 'x' },
    { line: 'a\nb\tc\u0001' },
  ]) {
    const args = { by: { externalRef: unique('kept') }, input: { properties: value } };
    const { customer } = await must<{ customer: object }>(
      other,
      'customerUpsert',
      args,
      'customer { properties }',
    );
    expect(customer).toEqual({ properties: value });
  }
});

const ids: [mutation: string, place: string, foreign: () => string][] = [
  ['customerIdentityAdd', 'customerId', () => theirs.customerId],
  ['conversationClose', 'id', () => theirs.conversationId],
  ['conversationReopen', 'id', () => theirs.conversationId],
  ['conversationAssign', 'id', () => theirs.conversationId],
  ['noteAdd', 'conversationId', () => theirs.conversationId],
  ['messageSend', 'conversationId', () => theirs.conversationId],
  ['messageSendRetry', 'id', () => theirs.conversationId],
  ['messageCancel', 'id', () => theirs.conversationId],
  ['messageHide', 'id', () => theirs.conversationId],
  ['messageShow', 'id', () => theirs.conversationId],
  ['messageDelete', 'id', () => theirs.conversationId],
  ['messageReact', 'id', () => theirs.conversationId],
  ['messageUnreact', 'id', () => theirs.conversationId],
  ['messageReplyPrivately', 'messageId', () => theirs.conversationId],
  ['conversationMarkRead', 'id', () => theirs.conversationId],
  ['tagAdd', 'id', () => theirs.conversationId],
  ['tagRemove', 'id', () => theirs.customerId],
  ['messageRecord', 'channelId', () => theirs.channelId],
  ['apiKeyRevoke', 'id', () => theirs.customerId],
  ['customerUpsert', 'by.id', () => theirs.customerId],
  ['conversationAssign', 'input.assigneeId', () => theirs.customerId],
  ['messageRecord', 'input.authorUserId', () => theirs.customerId],
];

test.each(ids)('%s finds nothing by a %s that is none', async (mutation, place, foreign) => {
  const own = good[mutation]!()[place] as string | undefined;
  const meant = mutation.startsWith('tag') ? [conversationId, customerId] : [own];
  if (place === 'by.id') meant.push(customerId);
  const unlike = [channelId, conversationId, customerId].filter((id) => !meant.includes(id));
  const wrong = [
    ...unlike,
    foreign(),
    (own ?? customerId).toUpperCase(),
    ` ${own ?? channelId}`,
    `${own ?? channelId}\n`,
    '',
    'x',
    'cnv_',
    'cus_zzzzzzzzzzzzzzzzzzzzzzzzzz',
    'usr_01h455vb4pex5vsknk084sn02q',
    'key_01h455vb4pex5vsknk084sn02',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    '00000000-0000-0000-0000-000000000000',
    '\0',
    '\ud800',
    '💥',
    "'; drop table message; --",
    'x'.repeat(100_000),
  ];
  for (const id of wrong) {
    const args = withValue(mutation, place, id);
    if (place === 'by.id') delete (args.by as Record<string, unknown>).externalRef;
    if (place === 'input.authorUserId') {
      Object.assign(args.input as object, { direction: 'OUTBOUND' });
    }
    const problems = await refused(owner, mutation, args);
    expect([shortly(id), problems]).toEqual([
      shortly(id),
      [{ code: 'NOT_FOUND', path: place.split('.') }],
    ]);
  }
});

test.each([
  ['apiKeyCreate', 'input.channelIds'],
  ['userInvite', 'input.channelIds'],
] as const)('%s finds no channel in a bad list of %s', async (mutation, place) => {
  for (const [list, index] of [
    [[''], 0],
    [[channelId, 'chn_x'], 1],
    [[channelId, theirs.channelId], 1],
    [[conversationId], 0],
    [[channelId, channelId, '\0'], 2],
  ] as const) {
    const problems = await refused(owner, mutation, withValue(mutation, place, list));
    const path = [...place.split('.'), String(index)];
    expect(problems).toEqual([{ code: 'NOT_FOUND', path }]);
  }
  await refusesValue(mutation, place, Array(501).fill(channelId), 'INVALID_INPUT');
});

test('a stage that there is none of is not found', () =>
  refusesValue('customerUpsert', 'input.stage', 'active', 'NOT_FOUND'));

test('a key needs a permission', () =>
  refusesValue('apiKeyCreate', 'input.scopes', [], 'INVALID_INPUT'));

test('an assignee has to be told of, if only as null', async () => {
  const problems = await refused(owner, 'conversationAssign', { id: conversationId, input: {} });
  expect(problems).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'assigneeId'] }]);
});

test('an inbound message has to have somebody who wrote it', async () => {
  const args = withValue('messageRecord', 'input.customer', null);
  const problems = await refused(owner, 'messageRecord', args);
  expect(problems).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'author'] }]);
});

test('every bad value of one input is told at once', async () => {
  const args = {
    channelId: 'x',
    input: {
      ...{ threadKey: '', externalId: 'a\0', direction: 'INBOUND', body: '', orderKey: '-1' },
      ...{ sentAt: '0000-01-01T00:00:00Z', author: { externalId: '', handle: '\n' } },
    },
  };
  const problems = await refused(owner, 'messageRecord', args);
  expect(problems.map(({ path }) => path!.join('.')).sort()).toEqual([
    'input.author.externalId',
    'input.author.handle',
    'input.body',
    'input.externalId',
    'input.orderKey',
    'input.sentAt',
    'input.threadKey',
  ]);
});

test.each(Object.keys(good))('%s takes no bad idempotency key', async (mutation) => {
  const long = 'x'.repeat(129);
  for (const idempotencyKey of ['', ' ', 'a b', 'a\0', 'a\n', 'é', '😀', '\ud800', long]) {
    const problems = await refused(owner, mutation, { ...good[mutation]!(), idempotencyKey });
    expect(problems).toEqual([{ code: 'INVALID_INPUT', path: ['idempotencyKey'] }]);
  }
});

test('null is as good as nothing for what may be left out', async () => {
  const { owner: other } = await parley.workspace();
  const channel = await makeChannel(other, { identityScope: null });
  const nothing = { orderKey: null, author: null, authorUserId: null, replyToExternalId: null };
  const nulls = { ...nothing, visibility: null, subject: null };
  const customer = { externalId: 'nulls', handle: null, displayName: null };
  const { conversation } = await recordMessage(other, channel, { ...nulls, customer });
  const empty = {
    ...{ name: null, email: null, phone: null, externalRef: null, properties: null },
    ...{ stage: null, stageReason: null, stageChangedAt: null },
  };
  const by = { externalRef: 'nulls' };
  await must(other, 'customerUpsert', { by, input: {}, idempotencyKey: null }, 'outcome');
  await must(other, 'customerUpsert', { by: { email: 'a@b.c' }, input: {} }, 'outcome');
  const byId = { id: conversation.customer!.id };
  const upserted = await must(
    other,
    'customerUpsert',
    { by: byId, input: empty },
    'outcome customer { name properties }',
  );
  expect(upserted).toMatchObject({ customer: { name: null, properties: {} } });
  const input = { name: 'K', scopes: ['WORKSPACE_READ'], channelIds: null, expiresAt: null };
  await must(other, 'apiKeyCreate', { input }, 'apiKey { id }');
});

describe('what fits no type', () => {
  const misfits: [mutation: string, place: string, value: unknown][] = [
    ['customerUpsert', 'by', null],
    ['customerUpsert', 'by', {}],
    ['customerUpsert', 'by', []],
    ['customerUpsert', 'by', { email: 'a@b.c', externalRef: 'x' }],
    ['customerUpsert', 'by', { externalRef: null }],
    ['customerUpsert', 'by', { externalRef: 'x', identity: null }],
    ['customerUpsert', 'by', { phone: '1' }],
    ['customerUpsert', 'by.externalRef', 5],
    ['customerUpsert', 'by.externalRef', ['x']],
    ['customerUpsert', 'input', null],
    ['customerUpsert', 'input', 'x'],
    ['customerUpsert', 'input.name', 5],
    ['customerUpsert', 'input.name', true],
    ['customerUpsert', 'input.name', {}],
    ['customerUpsert', 'input.unknown', 'x'],
    ['customerUpsert', 'input.properties', 'x'],
    ['customerUpsert', 'input.properties', []],
    ['customerUpsert', 'input.properties', 5],
    ['customerUpsert', 'input.stageChangedAt', 'soon'],
    ['customerUpsert', 'input.stageChangedAt', 1_767_225_600],
    ['messageRecord', 'input.sentAt', null],
    ['messageRecord', 'input.sentAt', '+275760-09-13T00:00:00Z'],
    ['messageRecord', 'input.sentAt', '2026-02-30T00:00:00Z'],
    ['messageRecord', 'input.sentAt', '2026-02-01'],
    ['messageRecord', 'input.direction', 'NOTE'],
    ['messageRecord', 'input.direction', 'inbound'],
    ['messageRecord', 'input.direction', null],
    ['messageRecord', 'input.visibility', 'SECRET'],
    ['messageRecord', 'input.orderKey', 5],
    ['messageRecord', 'input.customer', 'ada'],
    ['messageRecord', 'input.customer', {}],
    ['messageRecord', 'input.customer.name', 'Ada'],
    ['messageRecord', 'input.body', null],
    ['messageRecord', 'channelId', null],
    ['messageRecord', 'channelId', 1.5],
    ['messageRecord', 'channelId', {}],
    ['channelCreate', 'input.kind', 'TWITTER'],
    ['channelCreate', 'input.visibility', null],
    ['apiKeyCreate', 'input.scopes', ['EVERYTHING']],
    ['apiKeyCreate', 'input.scopes', [null]],
    ['apiKeyCreate', 'input.channelIds', [{}]],
    ['userInvite', 'input.role', 'GOD'],
    ['userInvite', 'idempotencyKey', 5],
    ['noteAdd', 'input.body', 12],
    ['tagAdd', 'input.name', null],
  ];

  test.each(misfits)('%s can’t read %s of %j', async (mutation, place, value) => {
    for (let round = 0; round < 3; round++) {
      const { status, data, errors } = await ask(
        owner,
        mutation,
        withValue(mutation, place, value),
        '{ userErrors { code } }',
      );
      expect({ status, data }).toEqual({ status: 400, data: undefined });
      expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
      expect(errors![0]!.message).toContain(`$${place.split('.')[0]}`);
    }
  });

  test('the same holds of what is written into the document', async () => {
    for (const args of [
      'by: {}, input: {}',
      'by: { email: "a@b.c", externalRef: "x" }, input: {}',
      'by: { externalRef: null }, input: {}',
      'by: { externalRef: 5 }, input: {}',
      'by: { externalRef: "x" }, input: { properties: "x" }',
      'by: { externalRef: "x" }, input: { stageChangedAt: "soon" }',
      'by: { externalRef: "x" }, input: { stageChangedAt: 5 }',
      'by: { externalRef: "x" }, input: { nope: 1 }',
      'by: { externalRef: "x" }',
      'by: { externalRef: "x" }, input: {}, nope: 1',
      'by: { externalRef: "x" }, input: {}, input: {}',
      'by: { externalRef: """x }, input: {}',
    ]) {
      const { status, data, errors } = await owner.ask(
        `mutation { customerUpsert(${args}) { outcome } }`,
      );
      const codes = errors!.map(({ extensions: { code } }) => code);
      expect([args, status, data, ...new Set(codes)]).toEqual([
        ...[args, 400, undefined],
        'BAD_USER_INPUT',
      ]);
    }
  });
});

test('a document with several mutations tells of each by itself', async () => {
  const { owner: other } = await parley.workspace();
  const document = `mutation {
    a: customerUpsert(by: { externalRef: "a" }, input: {}) { outcome userErrors { path } }
    b: customerUpsert(by: { externalRef: "b" }, input: { name: "" }) { outcome userErrors { path } }
    c: customerUpsert(by: { externalRef: "c" }, input: {}) { outcome userErrors { path } }
  }`;
  expect(await other.query(document)).toEqual({
    a: { outcome: 'CREATED', userErrors: [] },
    b: { outcome: null, userErrors: [{ path: ['input', 'name'] }] },
    c: { outcome: 'CREATED', userErrors: [] },
  });
  const found = await call<{ nodes: object[] }>(other, 'customers', {}, '{ nodes { id } }');
  expect(found.nodes).toHaveLength(2);
});
