import { startTestApp, type TestApp } from '../support/app';
import { makeChannel, recordMessage } from '../support/world';
let parley: TestApp;
beforeAll(async () => { parley = await startTestApp(); });
afterAll(() => parley.close());
jest.setTimeout(60000);
test('explore', async () => {
  const { owner } = await parley.workspace();
  const ch = await makeChannel(owner);
  const rec = await recordMessage(owner, ch);
  const out = { push: (s: string) => require("fs").appendFileSync("/tmp/scratch/out.txt", s + "\n") };
  let n = 0;
  const t = async (name: string, q: string, v?: object, times = 3) => {
    for (let i = 0; i < times; i++) {
      parley.faults.length = 0;
      const began = Date.now();
      let a: any;
      try { a = await owner.ask(q, v); } catch (e) { a = { status: 'THROWN', errors: [(e as Error).message, String((e as any).cause)] }; }
      const text = JSON.stringify(a);
      out.push(`${i === 0 ? name : '   again'}: ${text.slice(0, 420)} ${parley.faults.length ? 'FAULT ' + JSON.stringify(parley.faults[0]).slice(0, 300) : ''} ${Date.now()-began}ms`);
    }
  };
  const Q = (args: string, root = 'conversations') => `{ ${root}(${args}) { nodes { id } pageInfo { hasNextPage } } }`;
  const V = 'query ($f: ConversationFilterInput, $first: Int, $after: String) { conversations(filter: $f, first: $first, after: $after) { nodes { id } } }';
  await t('wrong var type', V, { first: 'x' });
  await t('unknown var field', V, { f: { nope: 1 } });
  await t('bad enum var', V, { f: { status: 'X' } });
  await t('bad date var', V, { f: { startedAt: { from: 'yesterday' } } });
  await t('date 0000', V, { f: { startedAt: { from: '0000-01-01T00:00:00Z' } } });
  await t('date num', V, { f: { startedAt: { from: 5 } } });
  await t('date obj', V, { f: { startedAt: { from: {} } } });
  await t('date 275760', V, { f: { startedAt: { from: '+275760-09-13T00:00:00Z' } } });
  await t('date feb 30', V, { f: { startedAt: { from: '2026-02-30T00:00:00Z' } } });
  await t('date leap', V, { f: { startedAt: { from: '2026-02-20T23:59:60Z' } } });
  await t('date 24', V, { f: { startedAt: { from: '2026-02-20T24:00:00Z' } } });
  await t('date off', V, { f: { startedAt: { from: '2026-02-20T23:00:00+24:00' } } });
  await t('tag nul', V, { f: { tags: ['a\0'] } });
  await t('tag surrogate', V, { f: { tags: ['\ud800'] } });
  await t('assignee empty', V, { f: { assigneeId: '' } });
  await t('search nul', V, { f: { search: 'a\0' } });
  await t('first million', V, { first: 1000000 });
  await t('first 3e9', V, { first: 3e9 });
  await t('cursor', V, { after: 'zzz' });
  await t('deep1000', V, { f: JSON.parse('{"not":'.repeat(1000) + '{}' + '}'.repeat(1000)) });
  const raw = async (name: string, body: string | Buffer, headers = {}) => {
    parley.faults.length = 0;
    const began = Date.now();
    try { const r = await owner.post(body, headers); out.push(`${name}: ${r.status} ${(await r.text()).slice(0, 300)} ${parley.faults.length ? 'FAULT ' + JSON.stringify(parley.faults[0]).slice(0,400) : ''} ${Date.now()-began}ms`); }
    catch (e) { out.push(`${name}: THROWN ${(e as Error).message} ${String((e as any).cause)}`); }
  };
  for (const d of [5000, 100000, 400000]) {
    const deep = '{"not":'.repeat(d) + '{}' + '}'.repeat(d);
    await raw('deep filter ' + d, `{"query":${JSON.stringify(V)},"variables":{"f":${deep}}}`);
    await raw('deep unknown var ' + d, `{"query":${JSON.stringify(V)},"variables":{"zz":${deep}}}`);
    await raw('deep ext ' + d, `{"query":${JSON.stringify(V)},"extensions":{"zz":${deep}}}`);
    await raw('deep props ' + d, `{"query":${JSON.stringify('mutation ($p: JSONObject) { customerUpsert(by: { email: "a@b.c" }, input: { properties: $p }) { userErrors { code path message } } }')},"variables":{"p":${deep}}}`);
    await raw('deep name ' + d, `{"query":${JSON.stringify('mutation ($p: String) { customerUpsert(by: { email: "a@b.c" }, input: { name: $p }) { userErrors { code path message } } }')},"variables":{"p":${deep}}}`);
  }
  const huge = JSON.stringify({ query: '{ viewer { name } } #' + 'x'.repeat(10 * 1024 * 1024) });
  for (let i = 0; i < 5; i++) await raw('10MB', huge);
  await raw('1MB query', JSON.stringify({ query: '{ viewer { name } } #' + 'x'.repeat(1024 * 1024) }));
  const U = 'mutation ($by: CustomerBy!, $input: CustomerInput!) { customerUpsert(by: $by, input: $input) { outcome customer { name properties } userErrors { code path message } } }';
  await t('by none', U, { by: {}, input: {} });
  await t('by two', U, { by: { email: 'a@b.c', externalRef: 'x' }, input: {} });
  await t('by null', U, { by: { email: null }, input: {} });
  await t('by lit two', 'mutation { customerUpsert(by: { email: "x", externalRef: "y" }, input: {}) { userErrors { code path message } } }');
  await t('customer by two', 'query ($by: CustomerBy!) { customer(by: $by) { id } }', { by: { email: 'a', externalRef: 'x' } });
  await t('props proto', U.replace('$by: CustomerBy!, ', '').replace('by: $by', 'by: { email: "p@q.r" }'), JSON.parse('{"input":{"properties":{"__proto__":{"x":1},"constructor":2,"toString":3,"a":"\\\\u0000"}}}'), 1);
  await t('props nul', U, { by: { email: 'z@b.c' }, input: { properties: { a: '\0' } } });
  await t('props Infinity', 'mutation { customerUpsert(by: { email: "inf@x.y" }, input: { properties: { a: 1e400, b: [1e999] } }) { customer { properties } userErrors { code path message } } }');
  const T = 'mutation ($input: [TouchpointInput!]!) { touchpointRecord(input: $input) { items { outcome userErrors { code path message } } userErrors { code path message } } }';
  const tp = { customer: { email: 'z@b.c' }, type: 'visit', source: 'x', externalId: '1', occurredAt: '2026-01-01T00:00:00Z' };
  await t('mk', U, { by: { email: 'z@b.c' }, input: {} }, 1);
  await t('tiny sentiment', T, { input: [{ ...tp, sentiment: 1e-50 }] });
  await t('tz', '{ responseMetrics(timeZone: "+01:00") { total { conversations } } }');
  await t('tz2', '{ responseMetrics(timeZone: "Mars/X") { total { conversations } } }');
  await t('tz nul', 'query($z: String!) { responseMetrics(timeZone: $z) { total { conversations } } }', { z: 'Europe/Paris\0' });
  const many = Array.from({ length: 10000 }, (_, i) => `a${i}: __typename`).join(' ');
  await t('10k aliases', `{ ${many} }`);
  await t('3k aliases typename', `{ ${Array.from({ length: 3000 }, (_, i) => `a${i}: __typename`).join(' ')} }`);
  await t('1.6k viewer aliases', `{ ${Array.from({ length: 1600 }, (_, i) => `a${i}: viewer { name }`).join(' ')} }`);
  await t('1.6k same viewer', `{ ${Array.from({ length: 1900 }, (_, i) => `viewer { name }`).join(' ')} }`);
  const frags = Array.from({ length: 30 }, (_, i) => `fragment f${i} on Conversation { ${i < 29 ? `...f${i + 1} a${i}: customer { name } ` : 'id'} b${i}: customer { conversations { nodes { ${i < 29 ? `...f${i + 1}` : 'id'} } } } }`).join(' ');
  await t('fragment bomb', `{ conversations(first: 1) { nodes { ...f0 } } } ${frags}`);
  const nest = (d: number) => '{ conversations(first: 1) { nodes ' + '{ customer { conversations(first: 1) { nodes '.repeat(d) + '{ id }' + '} } }'.repeat(d) + '} }';
  await t('nest 20', nest(20));
  await t('nest 100', nest(100));
  await t('nest hidden', '#' + ')'.repeat(5000) + '\n' + nest(700));
  await t('nest hidden simple', '#' + ')'.repeat(8000) + '\n' + '{a'.repeat(4900) + '}'.repeat(4900));
  await t('nest value hidden', '#' + ')'.repeat(9000) + '\n{ conversations(filter: ' + '{not:'.repeat(3000) + '{}' + '}'.repeat(3000)+') { nodes { id } } }');
  await t('costly', '{ conversations(first: 100) { nodes { messages(first: 100) { nodes { replies(first: 100) { nodes { id } } } } } } }');
  await t('intro cycle', '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }');
  await t('directive many', `{ viewer ${'@include(if: true) '.repeat(1500)} { name } }`);
  await t('subscription', 'subscription { x }');
  await t('empty doc', '');
  await t('only fragment', 'fragment a on Viewer { name }');
  await t('two ops no name', 'query a { viewer { name } } query b { viewer { name } }');
  await t('node bad', '{ node(id: "cnv_ZZZ") { id } }');
  await t('conv upper', `{ conversation(id: "${rec.conversation.id.toUpperCase()}") { id } }`);

});
