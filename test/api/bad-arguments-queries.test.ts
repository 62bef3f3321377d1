import { crc32 } from 'node:zlib';
import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must } from '../support/call';
import type { Answer, Client } from '../support/client';
import { makeChannel, recordMessage, unique } from '../support/world';

let parley: TestApp;
let owner: Client;
let channelId: string;
beforeAll(async () => {
  parley = await startTestApp();
  ({ owner } = await parley.workspace());
  channelId = await makeChannel(owner);
  for (let index = 0; index < 3; index++) await recordMessage(owner, channelId);
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const connections = ['conversations', 'customers', 'touchpoints', 'channels', 'posts'];
const page = '{ nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
const figures = '{ total { conversations } groups { conversations } }';

/** A value as the name of a test may hold it. */
const shortly = (value: unknown) => JSON.stringify(value).slice(0, 60);

/** The one error of an answer whose field was refused: its path and the argument that is at fault. */
function refusalOf({ status, errors, data }: Answer): object {
  expect({ status, data }).toEqual({ status: 200, data: null });
  expect(errors).toHaveLength(1);
  const { path, extensions, message } = errors![0]!;
  expect(message).not.toBe('');
  return { path, ...extensions };
}

/** What a field says to an argument, however often it is asked: compiled queries answer the same. */
async function refusedArgument(field: string, args: object): Promise<string> {
  const selection = field === 'responseMetrics' ? figures : page;
  const refusals = [];
  for (let round = 0; round < 3; round++) {
    refusals.push(refusalOf(await ask(owner, field, args, selection)));
  }
  const [first] = refusals as { argument: string[] }[];
  expect(refusals).toEqual(Array(3).fill(first));
  expect(first).toEqual({
    path: [field],
    code: 'BAD_USER_INPUT',
    argument: expect.any(Array) as string[],
  });
  return first!.argument.join('.');
}

/** What protocol says to variables that fit no type: nothing is executed. */
async function refusedVariables(field: string, args: object, declared?: string): Promise<string> {
  const documents = [];
  for (let round = 0; round < 3; round++) {
    const { status, data, errors } = declared
      ? await owner.ask(declared, args)
      : await ask(owner, field, args, field === 'responseMetrics' ? figures : page);
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    documents.push(errors!.map(({ message, extensions: { code } }) => `${code}: ${message}`));
  }
  expect(documents).toEqual(Array(3).fill(documents[0]));
  expect(documents[0]![0]).toMatch(/^BAD_USER_INPUT: Variable/);
  return documents[0]![0]!;
}

describe('pages', () => {
  const pages: [args: object, argument: string][] = [
    [{ first: -1 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ first: 1_000_000 }, 'first'],
    [{ first: 2_147_483_647 }, 'first'],
    [{ first: -2_147_483_648 }, 'first'],
    [{ last: -1 }, 'last'],
    [{ last: 101 }, 'last'],
    [{ last: 1_000_000 }, 'last'],
    [{ first: 5, last: 5 }, 'last'],
    [{ first: 0, last: 0 }, 'last'],
    [{ first: 101, last: 101 }, 'last'],
    [{ after: '' }, 'after'],
    [{ after: 'x' }, 'after'],
    [{ after: 'not a cursor at all' }, 'after'],
    [{ after: 'AAAAAAAAAAAAAAAAAAAA' }, 'after'],
    [{ after: '\0' }, 'after'],
    [{ after: '\ud800' }, 'after'],
    [{ after: 'x'.repeat(1_000_000) }, 'after'],
    [{ before: '' }, 'before'],
    [{ before: 'eyJpZCI6MX0=' }, 'before'],
    [{ first: 1, before: '😀' }, 'before'],
    [{ last: 1, after: "'; drop table message; --" }, 'after'],
  ];
  const everywhere = connections.flatMap((field) =>
    pages.map(([args, argument]) => [field, shortly(args), args, argument] as const),
  );

  test.each(everywhere)('%s refuses %s', async (field, _name, args, argument) => {
    expect(await refusedArgument(field, args)).toBe(argument);
  });

  test.each(connections)('%s takes nulls for arguments that are left out', async (field) => {
    const args = { first: null, after: null, last: null, before: null, filter: null };
    const left = await call(owner, field, {}, page);
    expect(await call(owner, field, args, page)).toEqual(left);
  });

  test.each([{ first: 0 }, { last: 0 }])('%j gives no node and tells of more', async (args) => {
    const { nodes, pageInfo } = await call<{ nodes: object[]; pageInfo: object }>(
      owner,
      'conversations',
      args,
      page,
    );
    expect(nodes).toEqual([]);
    expect(pageInfo).toEqual({
      hasNextPage: 'first' in args,
      hasPreviousPage: 'last' in args,
      startCursor: null,
      endCursor: null,
    });
  });

  test.each([
    { first: '5' },
    { first: 1.5 },
    { first: true },
    { first: [1] },
    { first: {} },
    { first: 2_147_483_648 },
    { last: 'NaN' },
    { after: 5 },
    { after: ['x'] },
    { before: { cursor: 'x' } },
    { orderBy: null },
    { orderBy: 'LAST_MESSAGE' },
    { orderBy: 'last_message_desc' },
    { orderBy: 1 },
    { orderBy: ['LAST_MESSAGE_DESC', 'STARTED_DESC'] },
  ])('variables %j fit no argument', async (args) => {
    const [name] = Object.keys(args);
    expect(await refusedVariables('conversations', args)).toContain(`$${name}`);
  });
});

describe('cursors', () => {
  const endCursor = async (args: object = { first: 1 }, field = 'conversations') =>
    (await call<{ pageInfo: { endCursor: string } }>(owner, field, args, page)).pageInfo.endCursor;

  test('each single change to a cursor is noticed', async () => {
    const cursor = await endCursor();
    const flip = (index: number) => (cursor[index] === 'A' ? 'B' : 'A');
    for (let index = 0; index < cursor.length; index++) {
      const after = cursor.slice(0, index) + flip(index) + cursor.slice(index + 1);
      const answer = await ask(owner, 'conversations', { after }, page);
      expect(refusalOf(answer)).toMatchObject({ code: 'BAD_USER_INPUT', argument: ['after'] });
    }
  });

  test.each([
    ['cut short', (cursor: string) => cursor.slice(0, -1)],
    ['longer', (cursor: string) => `${cursor}A`],
    ['padded', (cursor: string) => `${cursor}=`],
    ['followed by blanks', (cursor: string) => `${cursor}  `],
    ['with a line break', (cursor: string) => `${cursor.slice(0, 9)}\n${cursor.slice(9)}`],
    ['twice', (cursor: string) => cursor + cursor],
    ['in lower case', (cursor: string) => cursor.toLowerCase()],
    ['reversed', (cursor: string) => [...cursor].reverse().join('')],
  ])('a cursor %s is no cursor', async (_name, change) => {
    expect(await refusedArgument('conversations', { after: change(await endCursor()) })).toBe(
      'after',
    );
  });

  test('a cursor of another order or list is refused', async () => {
    const after = await endCursor();
    expect(await refusedArgument('conversations', { after, orderBy: 'STARTED_DESC' })).toBe(
      'after',
    );
    expect(await refusedArgument('conversations', { after, orderBy: 'LAST_MESSAGE_ASC' })).toBe(
      'after',
    );
    for (const field of ['customers', 'touchpoints', 'channels', 'posts']) {
      expect(await refusedArgument(field, { before: after })).toBe('before');
    }
    const customers = await endCursor({ first: 1 }, 'customers');
    expect(await refusedArgument('conversations', { after: customers })).toBe('after');
  });

  const time = '2026-02-01T10:00:00.000Z';
  const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';
  test.each([
    ['a time that is none', ['cnv-last-desc', 'yesterday', uuid]],
    ['a thirteenth month', ['cnv-last-desc', '2026-13-01T00:00:00.000Z', uuid]],
    ['an id that is none', ['cnv-last-desc', time, 'x']],
    ['SQL', ['cnv-last-desc', time, "'; drop table message; --"]],
    ['a value that is missing', ['cnv-last-desc', time]],
    ['a value too many', ['cnv-last-desc', time, uuid, uuid]],
    ['numbers', ['cnv-last-desc', 1, 2]],
    ['nulls', ['cnv-last-desc', null, null]],
    ['lists', ['cnv-last-desc', [time], [uuid]]],
    ['nothing', []],
    ['no list', { order: 'cnv-last-desc' }],
  ])('a forged cursor with the right checksum and %s is refused', async (_name, content) => {
    const body = JSON.stringify(content);
    const checksum = crc32(body).toString(36).padStart(7, '0');
    const after = Buffer.from(checksum + body).toString('base64url');
    expect(await refusedArgument('conversations', { after })).toBe('after');
  });

  test('a cursor stays good when its row is of another workspace: it is only a place', async () => {
    const after = await endCursor();
    const { owner: stranger } = await parley.workspace();
    const { nodes } = await call<{ nodes: object[] }>(stranger, 'conversations', { after }, page);
    expect(nodes).toEqual([]);
  });

  test('the same holds of lists within an object', async () => {
    const document = `query ($id: ID!, $first: Int, $after: String) {
      conversation(id: $id) { id messages(first: $first, after: $after) { nodes { id } } }
    }`;
    const { conversation } = await recordMessage(owner, channelId);
    const after = await endCursor();
    for (const args of [{ first: 101 }, { first: -1 }, { after: 'x' }, { after }]) {
      for (let round = 0; round < 3; round++) {
        const { status, data, errors } = await owner.ask(document, {
          id: conversation.id,
          ...args,
        });
        expect({ status, data }).toEqual({ status: 200, data: { conversation: null } });
        const [{ path, extensions }] = errors as [NonNullable<typeof errors>[0]];
        const code = 'BAD_USER_INPUT';
        expect(extensions).toEqual({ code, argument: [Object.keys(args)[0]] });
        expect(path).toEqual(['conversation', 'messages']);
      }
    }
  });
});

describe('filters', () => {
  const range = (from?: string, to?: string) => ({ from, to });
  const many = (length: number) => Array.from({ length }, (_, index) => `v${index}`);
  const nested = (levels: number): object => (levels === 0 ? {} : { not: nested(levels - 1) });
  const refused: [field: string, filter: object, argument: string][] = [
    ...(
      [
        ['conversations', 'startedAt'],
        ['conversations', 'lastMessageAt'],
        ['customers', 'createdAt'],
        ['customers', 'updatedAt'],
        ['touchpoints', 'occurredAt'],
        ['posts', 'publishedAt'],
      ] as const
    ).flatMap(([field, name]): [string, object, string][] => [
      [field, { [name]: range('0000-01-01T00:00:00Z') }, `${name}.from`],
      [field, { [name]: range('0001-01-01T00:00:00Z') }, `${name}.from`],
      [field, { [name]: range('1899-12-31T23:59:59.999Z') }, `${name}.from`],
      [field, { [name]: range('1900-01-01T00:00:00+00:01') }, `${name}.from`],
      [field, { [name]: range(undefined, '2200-01-01T00:00:00.001Z') }, `${name}.to`],
      [field, { [name]: range(undefined, '9999-12-31T23:59:59Z') }, `${name}.to`],
    ]),
    ['conversations', { search: '' }, 'search'],
    ['conversations', { search: ' \t ' }, 'search'],
    ['conversations', { search: 'x'.repeat(201) }, 'search'],
    ['conversations', { search: 'x'.repeat(1_000_000) }, 'search'],
    ['conversations', { search: 'a\0b' }, 'search'],
    ['conversations', { search: 'a\u0007b' }, 'search'],
    ['conversations', { search: 'a\nb' }, 'search'],
    ['conversations', { search: '\ud800' }, 'search'],
    ['customers', { search: '' }, 'search'],
    ['customers', { search: '\udc00x' }, 'search'],
    ['customers', { search: 'a\0' }, 'search'],
    ['conversations', { channelIds: many(101) }, 'channelIds'],
    ['conversations', { tags: many(101) }, 'tags'],
    ['conversations', { tags: ['vip', 'a\0'] }, 'tags.1'],
    ['conversations', { tags: ['\ud800'] }, 'tags.0'],
    ['conversations', { tags: ['x'.repeat(501)] }, 'tags.0'],
    ['customers', { tags: many(101) }, 'tags'],
    ['customers', { tags: ['\0'] }, 'tags.0'],
    ['customers', { stage: 'ACTIVE\0' }, 'stage'],
    ['customers', { stage: 'x'.repeat(1_000_000) }, 'stage'],
    ['touchpoints', { channelIds: many(101) }, 'channelIds'],
    ['touchpoints', { types: many(101) }, 'types'],
    ['touchpoints', { types: ['\0'] }, 'types.0'],
    ['touchpoints', { stage: '\0' }, 'stage'],
    ['touchpoints', { stage: '\udfff' }, 'stage'],
    ['touchpoints', { source: 'crm\0' }, 'source'],
    ['touchpoints', { source: 'x'.repeat(501) }, 'source'],
    ['channels', { externalId: '\0' }, 'externalId'],
    ['channels', { externalId: '\ud800\ud800' }, 'externalId'],
    ['posts', { channelIds: many(101) }, 'channelIds'],
    ['conversations', nested(5), 'not.not.not.not.not'],
    ['customers', nested(1_000), 'not.not.not.not.not'],
    ['touchpoints', nested(1_400), 'not.not.not.not.not'],
    ['conversations', { or: Array(50).fill({}) }, 'or.49'],
    ['customers', { and: [{ or: Array(48).fill({}) }, {}] }, 'and.1'],
    ['conversations', { not: { or: [{}, { tags: ['\0'] }] } }, 'not.or.1.tags.0'],
    ['touchpoints', { and: [{ not: { types: ['\0'] } }] }, 'and.0.not.types.0'],
    ['customers', { or: [{ search: '' }] }, 'or.0.search'],
  ];

  const named = refused.map(
    ([field, filter, argument]) => [field, shortly(filter), filter, argument] as const,
  );
  test.each(named)('%s refuses the filter %s', async (field, _name, filter, argument) => {
    expect(await refusedArgument(field, { filter })).toBe(`filter.${argument}`);
  });

  test('variables nested deeper than any limit are refused before they are looked at', async () => {
    for (const depth of [1_600, 100_000, 400_000]) {
      const deep = `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`;
      for (const type of ['ConversationFilterInput', 'String', 'JSONObject']) {
        const query = `query ($filter: ${type}) { conversations(filter: $filter) { nodes { id } } }`;
        const response = await owner.post(
          `{"query":${JSON.stringify(query)},"variables":{"filter":${deep}}}`,
        );
        const { errors } = (await response.json()) as Answer;
        expect([response.status, errors![0]!.extensions]).toEqual([
          400,
          { code: 'BAD_USER_INPUT' },
        ]);
      }
    }
  });

  const wrongTypes: [field: string, filter: unknown, place: string][] = [
    ['conversations', { status: 'open' }, 'filter.status'],
    ['conversations', { status: 'WAITING' }, 'filter.status'],
    ['conversations', { status: 1 }, 'filter.status'],
    ['conversations', { visibility: '' }, 'filter.visibility'],
    ['conversations', { unassigned: 'true' }, 'filter.unassigned'],
    ['conversations', { unassigned: 0 }, 'filter.unassigned'],
    ['conversations', { tags: [null] }, 'filter.tags[0]'],
    ['conversations', { tags: [['vip']] }, 'filter.tags[0]'],
    ['conversations', { tags: { name: 'vip' } }, 'filter.tags'],
    ['conversations', { channelIds: [1.5] }, 'filter.channelIds[0]'],
    ['conversations', { assigneeId: {} }, 'filter.assigneeId'],
    ['conversations', { search: 5 }, 'filter.search'],
    ['conversations', { search: ['x'] }, 'filter.search'],
    ['conversations', { unknown: true }, 'unknown'],
    ['conversations', JSON.parse('{"__proto__": {}}'), '__proto__'],
    ['conversations', { and: [null] }, 'filter.and[0]'],
    ['conversations', { or: [{ nope: 1 }] }, 'filter.or[0]'],
    ['conversations', { not: 'x' }, 'filter.not'],
    ['conversations', 'OPEN', '$filter'],
    ['conversations', [{}], '$filter'],
    ['conversations', { startedAt: '2026-01-01T00:00:00Z' }, 'filter.startedAt'],
    ['conversations', { startedAt: [{}, {}] }, 'filter.startedAt'],
    ['channels', { kind: 'TWITTER' }, 'filter.kind'],
  ];

  test.each(wrongTypes)('%s can’t read the filter %j', async (field, filter, place) => {
    expect(await refusedVariables(field, { filter })).toContain(place);
  });

  test.each([
    '',
    'yesterday',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:01Z',
    '2026-01-01T23:59:60Z',
    '2026-01-01T00:00:00+25:00',
    '+275760-09-13T00:00:00.000Z',
    '-000001-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\0',
    'infinity',
    1_767_225_600_000,
    1e21,
    true,
    {},
    [],
  ])('%j is no moment', async (from) => {
    const told = await refusedVariables('conversations', { filter: { startedAt: { from } } });
    expect(told).toMatch(/filter\.startedAt\.from/);
  });

  test('moments are taken in every form that RFC 3339 has, and at the ends of what is allowed', async () => {
    for (const from of [
      '1900-01-01T00:00:00Z',
      '2199-12-31T23:59:59.999Z',
      '2026-01-01t00:00:00z',
      '2026-01-01T00:00:00.123456789Z',
      '2026-01-01T00:00:00+14:00',
      '2026-01-01T00:00:00-12:00',
      '2024-02-29T00:00:00Z',
    ]) {
      await call(owner, 'conversations', { filter: { startedAt: { from } } }, page);
    }
  });

  const count = async (field: string, filter: object | null) =>
    (await call<{ nodes: object[] }>(owner, field, { first: 100, filter }, page)).nodes.length;

  test.each(['conversations', 'customers', 'touchpoints'])(
    'empty parts of a filter of %s mean what logic says',
    async (field) => {
      const all = await count(field, null);
      expect(all).toBeGreaterThan(0);
      for (const filter of [{}, { and: [] }, { and: [{}] }, { or: [{}] }, { not: { or: [] } }]) {
        expect([filter, await count(field, filter)]).toEqual([filter, all]);
      }
      for (const filter of [
        { or: [] },
        { not: {} },
        { and: [{}, { or: [] }] },
        { or: [{ not: {} }] },
      ]) {
        expect([filter, await count(field, filter)]).toEqual([filter, 0]);
      }
      const nulls = { and: null, or: null, not: null };
      expect(await count(field, nulls)).toBe(all);
    },
  );

  test('null for a field of a filter is the same as leaving it out', async () => {
    const nulls = {
      status: null,
      channelIds: null,
      visibility: null,
      assigneeId: null,
      unassigned: null,
      tags: null,
      customerId: null,
      startedAt: null,
      lastMessageAt: { from: null, to: null },
      search: null,
    };
    expect(await count('conversations', nulls)).toBe(await count('conversations', null));
  });

  test('a list of no alternatives lets nothing through, and a turned range is empty', async () => {
    const turned = range('2026-03-01T00:00:00Z', '2026-01-01T00:00:00Z');
    for (const filter of [{ tags: [] }, { channelIds: [] }, { startedAt: turned }]) {
      expect([filter, await count('conversations', filter)]).toEqual([filter, 0]);
    }
    expect(await count('touchpoints', { types: [] })).toBe(0);
  });

  test.each([
    ['conversations', 'assigneeId'],
    ['conversations', 'customerId'],
    ['customers', 'companyId'],
    ['touchpoints', 'customerId'],
  ])('%s by a %s that is none finds nothing', async (field, name) => {
    const wrong = ['', ' ', 'x', channelId, channelId.toUpperCase(), 'usr_', 'cus_00', '\0', 5];
    for (const id of [
      ...wrong,
      'cus_zzzzzzzzzzzzzzzzzzzzzzzzzz',
      '\ud800',
      '💥',
      'x'.repeat(10_000),
    ]) {
      expect([id, await count(field, { [name]: id })]).toEqual([id, 0]);
    }
  });

  test('channels that are none are no error in a list of them', async () => {
    const channelIds = ['', 'x', channelId, 'chn_', `${channelId}0`, '\0'];
    const { nodes } = await call<{ nodes: object[] }>(
      owner,
      'conversations',
      { first: 100, filter: { channelIds } },
      page,
    );
    expect(nodes).toHaveLength(await count('conversations', null));
  });

  test.each([
    '%',
    '_',
    '\\',
    "'",
    '"',
    '"unclosed',
    '--',
    '- -a',
    'or',
    'or or or',
    'a or',
    '&',
    '| !',
    ':*',
    '<->',
    '()',
    '((((((',
    '$1',
    "'; drop table message; --",
    '\u200b',
    '\u202eabc',
    '👩‍👩‍👧‍👦',
    'ﷺ',
    'İ',
    'ẞ',
    'a'.repeat(200),
    'ab '.repeat(66),
  ])('the search for %j is only a search', async (search) => {
    expect(await count('conversations', { search })).toBe(0);
    expect(await count('customers', { search })).toBe(0);
  });
});

describe('ids', () => {
  const absent = (id: unknown) => [
    [`{ node(id: ${JSON.stringify(id)}) { id } }`, 'node'],
    [`{ conversation(id: ${JSON.stringify(id)}) { id } }`, 'conversation'],
    [`{ customer(by: { id: ${JSON.stringify(id)} }) { id } }`, 'customer'],
  ];

  test.each([
    '',
    ' ',
    '_',
    'cnv',
    'cnv_',
    'cnv_x',
    'cnv_00000000000000000000000000',
    'cnv_7zzzzzzzzzzzzzzzzzzzzzzzzz',
    'cnv_8zzzzzzzzzzzzzzzzzzzzzzzzz',
    'cnv_zzzzzzzzzzzzzzzzzzzzzzzzzz',
    'cnv_01h455vb4pex5vsknk084sn02',
    'cnv_01h455vb4pex5vsknk084sn02qq',
    'cnv-01h455vb4pex5vsknk084sn02q',
    'xyz_01h455vb4pex5vsknk084sn02q',
    '_01h455vb4pex5vsknk084sn02q',
    'toString_01h455vb4pex5vsknk084sn02q',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    'cus_01h455vb4pex5vsknk084sn02q',
    'evt_01h455vb4pex5vsknk084sn02q',
    'aud_01h455vb4pex5vsknk084sn02q',
    "cnv_01h455vb4pex5vsknk084sn0'--",
    'cnv_01h455vb4pex5vsknk084sn02\\u0000',
    'cnv_Ö1h455vb4pex5vsknk084sn02q',
    `cnv_${'x'.repeat(50)}`,
    5,
    -1,
  ])('the id %j names nothing', async (id) => {
    for (const [document, field] of absent(id)) {
      expect(await owner.query(document!)).toEqual({ [field!]: null });
    }
  });

  test('an id of another kind, or in capitals, or of another workspace names nothing', async () => {
    const { conversation, message } = await recordMessage(owner, channelId);
    const { owner: stranger } = await parley.workspace();
    const theirs = await recordMessage(stranger, await makeChannel(stranger));
    for (const id of [message.id, channelId, conversation.customer!.id, theirs.conversation.id]) {
      const document = `{ conversation(id: "${id}") { id } }`;
      expect(await owner.query(document)).toEqual({ conversation: null });
    }
    for (const id of [conversation.id, theirs.conversation.customer!.id, theirs.message.id]) {
      expect(await owner.query(`{ customer(by: { id: "${id}" }) { id } }`)).toEqual({
        customer: null,
      });
    }
    for (const id of [conversation.id.toUpperCase(), theirs.conversation.id, theirs.message.id]) {
      expect(await owner.query(`{ node(id: "${id}") { id } }`)).toEqual({ node: null });
    }
    for (const id of [conversation.id, ` ${conversation.id}`, `${conversation.id}\n`]) {
      const { node } = await call<{ node: null }>(owner, 'node', { id }, '{ id }').then((node) => ({
        node,
      }));
      expect(node === null).toBe(id !== conversation.id);
    }
  });
});

describe('the customer that a query names', () => {
  const document = 'query ($by: CustomerBy!) { customer(by: $by) { id } }';

  test.each([
    {},
    { id: null },
    { email: 'a@b.c', externalRef: 'x' },
    { id: 'x', email: null },
    { name: 'Ada' },
    { identity: {} },
    { identity: { channelKind: 'X' } },
    { identity: { channelKind: 'TWITTER', externalId: '1' } },
    { identity: { channelKind: 'X', externalId: null } },
    { email: 5 },
    'a@b.c',
    null,
  ])('can’t be named by %j', async (by) => {
    await refusedVariables('customer', { by }, document);
  });

  test.each([
    [{ email: '' }, 'by.email'],
    [{ email: ' ' }, 'by.email'],
    [{ email: 'a@b.c\0' }, 'by.email'],
    [{ email: `${'x'.repeat(254)}@b.c` }, 'by.email'],
    [{ externalRef: '' }, 'by.externalRef'],
    [{ externalRef: 'x'.repeat(201) }, 'by.externalRef'],
    [{ externalRef: 'a\nb' }, 'by.externalRef'],
    [{ externalRef: '\ud800' }, 'by.externalRef'],
    [{ identity: { channelKind: 'X', externalId: '' } }, 'by.identity.externalId'],
    [{ identity: { channelKind: 'X', externalId: '\0' } }, 'by.identity.externalId'],
    [{ identity: { channelKind: 'X', externalId: '1', scope: '' } }, 'by.identity.scope'],
    [{ identity: { channelKind: 'X', externalId: 'x'.repeat(501) } }, 'by.identity.externalId'],
  ])('is not looked for by a bad key: %#', async (by, argument) => {
    for (let round = 0; round < 3; round++) {
      const { status, data, errors } = await owner.ask(document, { by });
      expect([status, data]).toEqual([200, { customer: null }]);
      expect(errors).toHaveLength(1);
      expect(errors![0]!.path).toEqual(['customer']);
      expect(errors![0]!.extensions).toEqual({
        code: 'BAD_USER_INPUT',
        argument: argument.split('.'),
      });
    }
  });

  test('is null when there is none', async () => {
    for (const by of [
      { email: 'nobody@example.com' },
      { externalRef: unique('nobody') },
      { identity: { channelKind: 'X', externalId: unique('nobody') } },
      { id: 'cus_01h455vb4pex5vsknk084sn02q' },
    ]) {
      expect(await owner.query(document, { by })).toEqual({ customer: null });
    }
  });
});

describe('response metrics', () => {
  test.each([
    [{ timeZone: '' }, 'timeZone'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ timeZone: '+01:00' }, 'timeZone'],
    [{ timeZone: 'UTC+1' }, 'timeZone'],
    [{ timeZone: ' UTC' }, 'timeZone'],
    [{ timeZone: 'UTC\0' }, 'timeZone'],
    [{ timeZone: 'posix/Europe/Paris' }, 'timeZone'],
    [{ timeZone: '\ud800' }, 'timeZone'],
    [{ timeZone: 'x'.repeat(100) }, 'timeZone'],
    [{ timeZone: "UTC'; drop table message; --" }, 'timeZone'],
    [{ channelIds: Array<string>(101).fill('') }, 'channelIds'],
    [{ range: { from: '0000-01-01T00:00:00Z' } }, 'range.from'],
    [{ range: { to: '9999-01-01T00:00:00Z' } }, 'range.to'],
  ])('refuse %j', async (args, argument) => {
    expect(await refusedArgument('responseMetrics', args)).toBe(argument);
  });

  test.each([
    { timeZone: null },
    { timeZone: 1 },
    { groupBy: null },
    { groupBy: ['WEEK'] },
    { groupBy: [null] },
    { groupBy: 'day' },
    { visibility: 'SECRET' },
    { range: { from: 'x' } },
    { range: [] },
  ])('can’t read %j', async (args) => {
    await refusedVariables('responseMetrics', args);
  });

  test.each([
    { range: null, channelIds: null, visibility: null, groupBy: [] },
    { range: { from: null, to: null } },
    { range: { from: '2026-03-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
    { channelIds: [] },
    { channelIds: ['', 'x', '\0'] },
    { groupBy: ['DAY', 'DAY', 'DAY'] },
    { groupBy: 'DAY' },
    { timeZone: 'europe/paris' },
  ])('take %j', async (args) => {
    await call(owner, 'responseMetrics', args, figures);
  });

  test('every time zone that is taken is one that the database knows too', async () => {
    const groupBy = ['DAY', 'HOUR_OF_WEEK'];
    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      const answer = await ask(owner, 'responseMetrics', { timeZone, groupBy }, figures);
      expect([timeZone, answer.errors]).toEqual([timeZone, undefined]);
    }
  });
});

test('text is found and given back exactly, whatever it is written with', async () => {
  const name = 'Zoë \u200bO\u2019Neil 👩🏽‍🚀 \u202eabc\u202c ﷽ 漢字';
  const externalRef = '\u200d🙂\u200d';
  const { customer } = await must<{ customer: object }>(
    owner,
    'customerUpsert',
    { by: { externalRef }, input: { name } },
    'customer { name externalRef }',
  );
  expect(customer).toEqual({ name, externalRef });
  const found = await call(owner, 'customer', { by: { externalRef } }, '{ name externalRef }');
  expect(found).toEqual({ name, externalRef });
});
