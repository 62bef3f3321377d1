import { startTestApp, type TestApp } from '../support/app';
import type { Answer, Client } from '../support/client';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
beforeAll(async () => {
  parley = await startTestApp();
  ({ owner } = await parley.workspace());
  await recordMessage(owner, await makeChannel(owner));
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** What is said to a document that is refused as a whole, the same each time. */
async function refused(
  query: string,
  variables?: object,
): Promise<{ code: string; message: string }> {
  const told = [];
  for (let round = 0; round < 3; round++) {
    const { status, data, errors } = await owner.ask(query, variables);
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    told.push({ code: errors![0]!.extensions.code, message: errors![0]!.message });
  }
  expect(told).toEqual(Array(3).fill(told[0]));
  return told[0]!;
}

const repeat = (times: number, part: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => part(index)).join(' ');

describe('documents that are mistakes', () => {
  test.each([
    ['a syntax error', '{ viewer { name }'],
    ['no selection', '{ viewer }'],
    ['a selection of nothing', '{ viewer { } }'],
    ['a selection of a scalar', '{ viewer { name { first } } }'],
    ['an unknown field', '{ nonsense }'],
    ['a field that is nearly right', '{ viewer { nam } }'],
    ['an unknown argument', '{ viewer(id: 1) { name } }'],
    ['a required argument left out', '{ conversation { id } }'],
    ['an argument of the wrong type', '{ conversations(first: "x") { nodes { id } } }'],
    ['an integer too large', '{ conversations(first: 3000000000) { nodes { id } } }'],
    ['an enum as a string', '{ conversations(orderBy: "STARTED_ASC") { nodes { id } } }'],
    ['an unknown enum', '{ conversations(filter: { status: WAITING }) { nodes { id } } }'],
    ['an unknown filter', '{ conversations(filter: { nope: 1 }) { nodes { id } } }'],
    ['a bad moment', '{ conversations(filter: { startedAt: { from: "x" } }) { nodes { id } } }'],
    ['a variable without a type', 'query ($x) { viewer { name } }'],
    ['a variable that is not declared', '{ conversation(id: $id) { id } }'],
    ['a variable that is not used', 'query ($id: ID!) { viewer { name } }'],
    ['a variable of an unknown type', 'query ($id: Id) { conversation(id: $id) { id } }'],
    ['a variable of a type for answers', 'query ($v: Viewer) { viewer { name } }'],
    ['a variable that is not given', 'query ($id: ID!) { conversation(id: $id) { id } }'],
    ['a variable in the wrong place', 'query ($id: Int) { conversation(id: $id) { id } }'],
    ['an unknown fragment', '{ viewer { ...nope } }'],
    ['an unused fragment', '{ viewer { name } } fragment a on Viewer { name }'],
    ['a fragment on a scalar', '{ viewer { ...a } } fragment a on String { length }'],
    ['a fragment on another type', '{ viewer { ... on Customer { id } } }'],
    ['a fragment in itself', '{ viewer { ...a } } fragment a on Viewer { ...a }'],
    [
      'two fragments in a circle',
      `{ viewer { ...a } } fragment a on Viewer { ...b }
      fragment b on Viewer { ...a }`,
    ],
    ['an unknown directive', '{ viewer @nope { name } }'],
    ['a directive without its argument', '{ viewer @include { name } }'],
    ['fields that contradict each other', '{ a: viewer { name } a: node(id: "x") { id } }'],
    ['two anonymous operations', '{ viewer { name } } { viewer { kind } }'],
    ['two operations of one name', 'query a { viewer { name } } query a { viewer { kind } }'],
    [
      'a choice of operations and no name',
      'query a { viewer { name } } query b { viewer { kind } }',
    ],
    ['only a fragment', 'fragment a on Viewer { name }'],
    ['a type definition', 'type Query { a: String }'],
    ['only a comment', '# nothing'],
    ['only blanks', '   \n '],
    ['NUL', '{ viewer { name } }\0'],
    ['a control character', '{ viewer { name\u0007 } }'],
    ['a lone surrogate', '{ node(id: "\ud800") { id } }'],
    ['an escaped lone surrogate', '{ node(id: "\\ud800") { id } }'],
    ['an unknown escape', '{ node(id: "\\x00") { id } }'],
    ['a string without an end', '{ node(id: "x) { id } }'],
    ['too many closing brackets', '{ viewer { name } } }'],
    ['an emoji', '{ 💥 }'],
    [
      'introspection that goes round',
      `{ __schema { types { fields { type { fields { type { fields
      { type { fields { name } } } } } } } } } }`,
    ],
  ])('%s', async (_name, query) => {
    expect((await refused(query)).code).toBe('BAD_USER_INPUT');
  });

  test('an operation that the document has not', async () => {
    const query = 'query a { viewer { name } } query b { viewer { kind } }';
    for (const operationName of ['c', '', 'A', 'toString', '__proto__']) {
      for (let round = 0; round < 3; round++) {
        const response = await owner.post(JSON.stringify({ query, operationName }));
        const { errors } = (await response.json()) as Answer;
        expect([operationName, response.status, errors![0]!.extensions]).toEqual([
          ...[operationName, 400],
          { code: 'BAD_USER_INPUT' },
        ]);
      }
    }
  });

  test('hundreds of mistakes at once', async () => {
    expect((await refused(`{ ${repeat(1_000, (i) => `nope${i}`)} }`)).code).toBe('BAD_USER_INPUT');
  });
});

describe('depth', () => {
  const level = '{ customer { conversations(first: 1) { nodes ';
  const nested = (levels: number) =>
    `{ conversations(first: 1) { nodes ${level.repeat(levels)}{ id }${'} } }'.repeat(levels)} } }`;

  test('a query may be nested a hundred brackets deep', async () => {
    await owner.query(nested(32));
    const { code, message } = await refused(nested(40));
    expect([code, message]).toEqual([
      'BAD_USER_INPUT',
      'query is nested more than 100 levels deep.',
    ]);
  });

  test.each([
    ['thousands of objects', `${'{a'.repeat(30_000)}${'}'.repeat(30_000)}`],
    ['thousands of lists', `{ a(b: ${'['.repeat(40_000)}${']'.repeat(40_000)}) }`],
    ['brackets that never close', '{'.repeat(99_000)],
    ['brackets behind closing ones in a comment', `#${')'.repeat(9_000)}\n${nested(500)}`],
    [
      'brackets each with a closing one in a comment',
      `${'{a #}\n'.repeat(4_000)}${'}'.repeat(4_000)}`,
    ],
    [
      'brackets each with a closing one in a string',
      `${'{a(b:"}")'.repeat(1_900)}${'}'.repeat(1_900)}`,
    ],
    [
      'brackets behind closing ones in a text block',
      `query { a(b: """${'}'.repeat(5_000)}""") ${'{a'.repeat(4_000)}${'}'.repeat(4_001)}`,
    ],
    [
      'a filter',
      `{ conversations(filter: ${'{not:'.repeat(900)}{}${'}'.repeat(900)}) { nodes { id } } }`,
    ],
  ])('%s are refused before anything is done with them', async (_name, query) => {
    const { code, message } = await refused(query);
    expect([code, message]).toEqual([
      'BAD_USER_INPUT',
      'query is nested more than 100 levels deep.',
    ]);
  });

  test('brackets in strings and comments are no depth', async () => {
    const brackets = '({['.repeat(500);
    const query = `{ # ${brackets}\n node(id: "${brackets}") { id } }`;
    expect(await owner.query(query)).toEqual({ node: null });
    expect(await owner.query(`{ ${repeat(150, (i) => `a${i}: viewer { name }`)} }`)).toBeDefined();
  });
});

describe('size', () => {
  test('10,000 aliases are refused', async () => {
    const aliases = repeat(10_000, (i) => `a${i}:node`);
    expect((await refused(`{ ${aliases} }`)).code).toBe('BAD_USER_INPUT');
    const short = repeat(10_000, (i) => `a${i.toString(36)}:id`);
    expect((await refused(`{ viewer { ${short} } }`)).code).toBe('BAD_USER_INPUT');
  });

  test('10,000 directives are refused', async () => {
    const { code } = await refused(`{ viewer ${'@a'.repeat(10_000)} { name } }`);
    expect(code).toBe('BAD_USER_INPUT');
  });

  test('thousands of fields of one name are refused or answered, and do not take for ever', async () => {
    const began = performance.now();
    const query = `{ ${repeat(2_400, () => 'viewer { name }')} }`;
    const { status, errors } = await owner.ask(query);
    if (status !== 200) expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('thousands of variables are no fault', async () => {
    const declared = repeat(1_500, (i) => `$v${i}: ID`);
    expect((await refused(`query (${declared}) { viewer { name } }`)).code).toBe('BAD_USER_INPUT');
    const variables = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`v${index}`, index]),
    );
    expect((await owner.ask('{ viewer { name } }', variables)).status).toBe(200);
  });
});

describe('cost', () => {
  const tooCostly = async (query: string, variables?: object) => {
    const { code, message } = await refused(query, variables);
    expect(message).toMatch(/10000/);
    expect(code).toBe('QUERY_TOO_COSTLY');
  };
  const threefold = (size: string) => `conversations(${size}) { nodes {
    messages(${size}) { nodes { replies(${size}) { nodes { id } } } } } }`;

  test.each([
    ['pages in pages in pages', `{ ${threefold('first: 100')} }`],
    ['the same from the end', `{ ${threefold('last: 100')} }`],
    ['the same with more than a page can have', `{ ${threefold('first: 2000000000')} }`],
    [
      'the same on edges',
      '{ conversations(first: 100) { edges { node { messages(first: 100) { edges { node { id } } } } } } }',
    ],
    [
      'pages of the usual size',
      `{ conversations { nodes { messages { nodes { replies { nodes {
      replies { nodes { id } } } } } } } } }`,
    ],
    [
      'the same in fragments',
      `{ conversations(first: 100) { ...a } }
      fragment a on ConversationConnection { nodes { ...b } }
      fragment b on Conversation { messages(first: 100) { nodes { ... { replies(first: 50) { nodes { id } } } } } }`,
    ],
    [
      'the same of a node',
      `{ node(id: "x") { ... on Customer { conversations(first: 100) { nodes {
      messages(first: 100) { nodes { id } } } } } } }`,
    ],
    [
      'the same many times',
      `{ ${repeat(120, (i) => `a${i}: conversations(first: 100) { nodes { id } }`)} }`,
    ],
    [
      'the same in a mutation',
      `mutation { tagAdd(id: "x", input: { name: "x" }) { customer {
      conversations(first: 100) { nodes { messages(first: 100) { nodes { id } } } } } } }`,
    ],
    [
      'fragments that unfold a millionfold',
      `{ conversations(first: 1) { nodes { ...f0 } } }
      ${repeat(
        20,
        (i) => `fragment f${i} on Conversation {
        a: customer { conversations(first: 1) { nodes { ...f${i + 1} } } }
        b: customer { conversations(first: 1) { nodes { ...f${i + 1} } } } }`,
      )}
      fragment f20 on Conversation { id }`,
    ],
  ])('%s cost too much', (_name, query) => tooCostly(query));

  test('pages that variables make too large cost too much', async () => {
    const query = `query ($first: Int, $inner: Int = 100) { conversations(first: $first) { nodes {
      messages(first: $inner) { nodes { id } } } } }`;
    await tooCostly(query, { first: 100 });
    expect((await owner.ask(query, { first: 100, inner: 1 })).status).toBe(200);
    expect((await owner.ask(query, { first: 1 })).status).toBe(200);
    await tooCostly(query, { first: 100, inner: 100 });
  });

  test('what a directive leaves out costs nothing, and what it lets in is counted', async () => {
    const query = `query ($all: Boolean!) { conversations(first: 1) { nodes { id } }
      ... @include(if: $all) { all: ${threefold('first: 100')} } }`;
    expect((await owner.ask(query, { all: false })).status).toBe(200);
    await tooCostly(query, { all: true });
    expect((await owner.ask(query, { all: false })).status).toBe(200);
  });

  test('a variable that is left out costs what its default costs, whatever null cost before', async () => {
    const { owner } = await parley.workspace();
    const query = `query ($first: Int, $inner: Int = 100) { conversations(first: $first) { nodes {
      messages(first: $inner) { nodes { id } } } } }`;
    expect((await owner.ask(query, { first: 100, inner: null })).status).toBe(200);
    const { status, errors } = await owner.ask(query, { first: 100 });
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'QUERY_TOO_COSTLY']);
  });

  test('a kind of operation that the schema has not is refused', async () => {
    const { owner } = await parley.workspace();
    const { status, errors } = await owner.ask('subscription { events { id } }');
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test('a mistake beside it does not let a costly query through', async () => {
    const query = `query ($id: ID = "x") { conversation(id: $id) { id } ${threefold('first: 100')} }`;
    await tooCostly(query, {});
    const { code } = await refused(query, { id: null });
    expect(['BAD_USER_INPUT', 'QUERY_TOO_COSTLY']).toContain(code);
  });

  test('what an inbox needs is far from too much', async () => {
    await owner.query(`{ conversations(first: 100) { nodes { id customer { name tags { name } }
      channel { name } assignee { name } tags { name } lastMessage { body authorUser { name } } } } }`);
  });
});

describe('touchpoints', () => {
  const document = `mutation ($input: [TouchpointInput!]!, $key: String) {
    touchpointRecord(input: $input, idempotencyKey: $key) {
      items { outcome touchpoint { externalId sentiment properties value { amount currency } }
        userErrors { code path } }
      userErrors { code path }
    }
  }`;
  interface Recorded {
    items: { outcome: string; touchpoint: object | null; userErrors: object[] }[] | null;
    userErrors: object[];
  }
  const record = async (input: unknown, key?: string) =>
    (await owner.query<{ touchpointRecord: Recorded }>(document, { input, key })).touchpointRecord;
  const touchpoint = (more: object = {}) => ({
    ...{ customer: { externalRef: 'buyer' }, type: 'visit', source: 'limits' },
    ...{ externalId: 'one', occurredAt: '2026-02-01T10:00:00Z' },
    ...more,
  });
  beforeAll(() =>
    owner.query('mutation { customerUpsert(by: { externalRef: "buyer" }, input: {}) { outcome } }'),
  );

  test('500 are recorded, 501 are refused as a whole', async () => {
    const many = Array.from({ length: 501 }, (_, index) => touchpoint({ externalId: `n${index}` }));
    expect(await record(many)).toEqual({
      items: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input'] }],
    });
    const { items, userErrors } = await record(many.slice(0, 500));
    expect(userErrors).toEqual([]);
    expect(items!.map(({ outcome }) => outcome)).toEqual(Array(500).fill('CREATED'));
  });

  test('none are refused, and one need not be a list', async () => {
    const userErrors = [{ code: 'INVALID_INPUT', path: ['input'] }];
    expect(await record([])).toEqual({ items: null, userErrors });
    expect((await record(touchpoint({ externalId: 'single' }))).items).toMatchObject([
      { outcome: 'CREATED' },
    ]);
  });

  const bad: [place: string, more: object, code?: string][] = [
    ['type', { type: '' }],
    ['type', { type: 'Ad Click' }],
    ['type', { type: '1st' }],
    ['type', { type: 'x'.repeat(65) }],
    ['type', { type: 'a\n' }],
    ['source', { source: '' }],
    ['source', { source: 'parley' }],
    ['source', { source: ' parley ' }],
    ['source', { source: 'x'.repeat(101) }],
    ['externalId', { externalId: '\0' }],
    ['externalId', { externalId: 'x'.repeat(201) }],
    ['occurredAt', { occurredAt: '1899-12-31T23:59:59Z' }],
    ['occurredAt', { occurredAt: '2200-01-01T00:00:00Z' }],
    ['stage', { stage: '' }],
    ['stage', { stage: 'NOPE' }, 'NOT_FOUND'],
    ['channelId', { channelId: '' }, 'NOT_FOUND'],
    ['channelId', { channelId: 'chn_01h455vb4pex5vsknk084sn02q' }, 'NOT_FOUND'],
    ['customer', { customer: { externalRef: 'nobody' } }, 'NOT_FOUND'],
    ['customer', { customer: { id: 'x' } }, 'NOT_FOUND'],
    ['customer.email', { customer: { email: '\0@b.c' } }],
    ['properties', { properties: { a: 'x'.repeat(16_384) } }],
    ['properties', { properties: { a: '\0' } }],
    ['sentiment', { sentiment: 1.000_001 }],
    ['sentiment', { sentiment: -2 }],
    ['sentiment', { sentiment: 1e308 }],
    ...(
      [
        ...['', 'x', '1,50', '1.', '.5', '+1', '1e3', '0x1', ' 1', '1 ', '--1', '1.1234567'],
        ...['1'.repeat(15), 'NaN', 'Infinity', '١', '1\n', '\0'],
      ] as string[]
    ).map((amount): [string, object] => ['value.amount', { value: { amount, currency: 'EUR' } }]),
    ...['', 'eur', 'EU', 'EURO', 'E R', '€€€', 'EUR\n', '\0\0\0'].map(
      (currency): [string, object] => ['cost.currency', { cost: { amount: '1', currency } }],
    ),
  ];

  test('bad ones are rejected where they are bad, and stop no others', async () => {
    const input = bad.flatMap(([, more], index) => [
      touchpoint({ externalId: `bad-${index}`, ...more }),
      touchpoint({ externalId: `good-${index}` }),
    ]);
    const { items, userErrors } = await record(input);
    expect(userErrors).toEqual([]);
    for (const [index, [place, more, code = 'INVALID_INPUT']] of bad.entries()) {
      const path = ['input', String(index * 2), ...place.split('.')];
      expect([more, items![index * 2]]).toEqual([
        more,
        { outcome: 'REJECTED', touchpoint: null, userErrors: [{ code, path }] },
      ]);
      expect(items![index * 2 + 1]).toMatchObject({ outcome: 'CREATED', userErrors: [] });
    }
  });

  test.each([
    [0, 0],
    [-0.5, -0.5],
    [1, 1],
    [0.1, 0.1],
    [1e-50, 0],
    [-5e-324, 0],
    [1e-40, 1e-40],
  ])('a sentiment of %d is kept as %d', async (sentiment, kept) => {
    const { items } = await record([touchpoint({ externalId: `s${sentiment}`, sentiment })]);
    const { touchpoint: made } = items![0] as { touchpoint: { sentiment: number } };
    expect(made.sentiment).toBeCloseTo(kept, 6);
  });

  test.each([
    ['0', '0.00'],
    ['-0', '0.00'],
    ['00012.5', '12.50'],
    ['-12.345600', '-12.3456'],
    ['99999999999999.999999', '99999999999999.999999'],
    ['0.000001', '0.000001'],
  ])('an amount of %s is kept as %s', async (amount, kept) => {
    const value = { amount, currency: 'EUR' };
    const { items } = await record([touchpoint({ externalId: `v${amount}`, value })]);
    expect(items![0]!.touchpoint).toMatchObject({ value: { amount: kept, currency: 'EUR' } });
  });

  test('nulls are as good as nothing', async () => {
    const nulls = { stage: null, channelId: null, properties: null, cost: null, value: null };
    const { items } = await record([
      touchpoint({ externalId: 'nulls', sentiment: null, ...nulls }),
    ]);
    expect(items).toMatchObject([{ outcome: 'CREATED', touchpoint: { properties: {} } }]);
  });

  test('the same one twice in a batch is recorded once', async () => {
    const twice = touchpoint({ externalId: 'twice' });
    const { items } = await record([twice, twice]);
    expect(items!.map(({ outcome }) => outcome)).toEqual(['CREATED', 'UNCHANGED']);
  });

  test('a bad idempotency key is refused before anything is done', async () => {
    for (const key of ['', 'a b', '\0', 'x'.repeat(129)]) {
      expect(await record([touchpoint({ externalId: 'keyed' })], key)).toEqual({
        items: null,
        userErrors: [{ code: 'INVALID_INPUT', path: ['idempotencyKey'] }],
      });
    }
    const { items } = await record([touchpoint({ externalId: 'keyed' })]);
    expect(items).toMatchObject([{ outcome: 'CREATED' }]);
  });

  test.each([
    { input: null },
    { input: [null] },
    { input: [{}] },
    { input: [{ ...touchpoint(), occurredAt: 'x' }] },
    { input: [{ ...touchpoint(), customer: {} }] },
    { input: [{ ...touchpoint(), customer: { externalRef: 'a', email: 'a@b.c' } }] },
    { input: [{ ...touchpoint(), sentiment: '1' }] },
    { input: [{ ...touchpoint(), value: '1 EUR' }] },
    { input: [{ ...touchpoint(), value: { amount: 1, currency: 'EUR' } }] },
    { input: [{ ...touchpoint(), properties: [] }] },
    { input: [{ ...touchpoint(), nope: 1 }] },
  ])('what fits no type is refused as a whole: %#', async (variables) => {
    expect((await refused(document, variables)).code).toBe('BAD_USER_INPUT');
  });
});
