import { once } from 'node:events';
import { connect } from 'node:net';
import { createApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { makeWorkspace } from '../../src/domain/workspace/first-workspace';
import { createLogger } from '../../src/telemetry/logger';
import { ask } from '../support/call';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { layWire, type Wire } from '../support/outage';
import { asOwner } from '../support/owner';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let database: TestDatabase;
let wire: Wire;
let app: App;
let url: string;
const lines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  wire = await layWire(database.url);
  const log = createLogger('trace', { write: (line) => void lines.push(line) });
  app = await createApp(loadConfig({ PORT: '0', DATABASE_URL: wire.url }), { log });
  url = await app.listen();
});
afterAll(async () => {
  await app.close();
  await wire.cut();
  await database.drop();
});

/** Sends bytes over a socket; resolves when the server closes it. */
async function sendRaw(text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.resume().on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
}

test('no log line of any level holds a token, a header, what people wrote or who they are', async () => {
  const { token } = await makeWorkspace({ units: app.units, now: new Date() }, 'Test');
  const owner = new Client(`${url}/graphql`, token);
  const channelId = await makeChannel(owner);
  const secret = 'My PIN is 4711-quetzal';
  const email = 'ada.quetzal@example.com';
  const customer = { externalId: 'quetzal-1', handle: 'quetzal', displayName: 'Ada Quetzal' };

  // what goes well
  const { conversation } = await recordMessage(owner, channelId, { body: secret, customer });
  const upsert = { by: { email }, input: { name: 'Ada Quetzal', properties: { note: secret } } };
  await ask(owner, 'customerUpsert', upsert, '{ outcome }');
  await ask(owner, 'conversations', { filter: { search: 'quetzal' } }, '{ nodes { id } }');
  const key = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
  await new Client(owner.url, key.token).ask('{ viewer { name } }');

  // what is refused
  const wrong = 'parley_wrong-quetzal';
  await new Client(owner.url, wrong).ask('{ viewer { name } }');
  await new Client(owner.url, key.token).ask('{ customers { nodes { id } } }');
  await new Client(owner.url, `eyJhbGciOiJub25lIn0.${wrong}.x`).ask('{ viewer { name } }');
  await owner.ask(`{ nonsense(text: "${secret}") }`);
  await ask(owner, 'customers', { filter: { search: `${secret}\0` } }, '{ nodes { id } }');
  await ask(
    owner,
    'noteAdd',
    { conversationId: secret, input: { body: secret } },
    '{ __typename }',
  );
  await ask(owner, 'noteAdd', { conversationId: 'x', input: { text: secret } }, '{ __typename }');
  await owner.post(`{"query": "${secret}`);
  await owner.post(secret, { 'content-type': 'text/plain' });
  await fetch(`${url}/${encodeURIComponent(secret)}`);
  await fetch(`${url}/graphql?query=${encodeURIComponent(`{ a(b: "${secret}") }`)}`);

  // what is no HTTP
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
  await sendRaw(`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`);
  await sendRaw(`${head}Content-Length: quetzal\r\n\r\n`);
  await sendRaw(`${head}Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n${secret}`);

  // what fails here: the database tells which row it refused
  const refuse = (table: string, column: string) =>
    asOwner({ database }, `alter table ${table} add check (${column} is null) not valid`);
  await refuse('message', 'body');
  await refuse('customer', 'name');
  await refuse('api_key', 'name');
  const note = { conversationId: conversation.id, input: { body: secret } };
  const message = {
    threadKey: 'quetzal',
    externalId: 'quetzal',
    direction: 'INBOUND',
    body: secret,
  };
  const sentAt = new Date().toISOString();
  const invented = { by: { email: `2${email}` }, input: { name: 'Ada Quetzal' } };
  const faults = [
    await ask(owner, 'noteAdd', note, '{ __typename }'),
    await ask(owner, 'customerUpsert', upsert, '{ outcome }'),
    await ask(owner, 'customerUpsert', { ...upsert, input: { phone: 'quetzal' } }, '{ outcome }'),
    await ask(owner, 'customerUpsert', invented, '{ outcome }'),
    await ask(
      owner,
      'messageRecord',
      { channelId, input: { ...message, sentAt, customer } },
      '{ outcome }',
    ),
    await ask(
      owner,
      'apiKeyCreate',
      { input: { name: 'quetzal', scopes: ['WORKSPACE_READ'] } },
      '{ token }',
    ),
  ].filter(({ errors }) => errors?.[0]!.extensions.code === 'INTERNAL');
  expect(faults.length).toBeGreaterThanOrEqual(5);
  await wire.cut();
  await owner.ask('{ customers { nodes { id } } }');
  await new Client(owner.url, wrong).ask('{ viewer { name } }');
  await wire.mend();

  // there is something to look through, and the logger does write what it is given
  expect(lines.filter((line) => line.includes('a request failed')).length).toBeGreaterThan(5);
  expect(lines.some((line) => line.includes('a caller was refused'))).toBe(true);
  const { password } = new URL(database.url);
  const hidden = [token, key.token, wrong, 'Bearer', 'quetzal', '4711', email, 'Quetzal', '"body"'];
  for (const word of [...hidden, ...(password ? [password] : [])]) {
    const found = lines.filter((line) => line.toLowerCase().includes(word.toLowerCase()));
    expect([word, found]).toEqual([word, []]);
  }
  // bytes of a request in disguise
  const bytes = [...Buffer.from(token.slice(0, 20))].join(',');
  expect(lines.filter((line) => line.includes(bytes))).toEqual([]);
});
