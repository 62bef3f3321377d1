import { createEmptyDatabase, type TestDatabase } from '../support/database';
import { RawSocket } from '../support/live-client';
import { endProcesses, newDataDir, Server } from '../support/process';

jest.setTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(async () => {
  await endProcesses();
  await database.drop();
});

test('a process that is stopped tells its sockets and streams, and waits for none that is silent', async () => {
  const env = { DATABASE_URL: database.url, PARLEY_DATA_DIR: await newDataDir() };
  const server = await Server.start({ env });
  const client = server.as(server.token);
  const [socket, deaf] = [await RawSocket.admitted(client), await RawSocket.admitted(client)];
  const waiting = await RawSocket.open(client);
  socket.subscribe('1');
  await socket.until('next', '1');
  deaf.ws.pause();
  const stream = await client.post(JSON.stringify({ query: 'subscription { events { kind } }' }), {
    accept: 'text/event-stream',
  });
  const reading = stream.text();

  const began = Date.now();
  server.child.kill('SIGTERM');
  const told = { code: 1001, reason: 'The server stops: connect again.' };
  expect(await socket.untilClosed()).toEqual(told);
  expect(await waiting.untilClosed()).toEqual(told);
  const text = await reading;
  expect(text).toContain('event: next');
  // it would be over for good
  expect(text).not.toContain('event: complete');
  expect(await server.end).toEqual({ code: 0, signal: null });
  expect(Date.now() - began).toBeLessThan(9_000);
  deaf.drop();
});
