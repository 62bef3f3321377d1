import { Client as Connection } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { makeChannel } from '../support/world';

/** More is asked at once than the database has connections for. */

const POOL_SIZE = 2;

let parley: TestApp;
let holder: Connection;
beforeAll(async () => {
  parley = await startTestApp({ PARLEY_POOL_SIZE: String(POOL_SIZE) });
  holder = new Connection(parley.database.url);
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await parley.close();
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const read = '{ channels { nodes { id } } }';

const record = `mutation ($channelId: ID!, $input: MessageRecordInput!) {
  messageRecord(channelId: $channelId, input: $input) { outcome message { id } userErrors { code } } }`;

function recording(channelId: string, n: number) {
  const customer = { externalId: `c${n}` };
  const sentAt = '2026-03-01T10:00:00Z';
  const input = { threadKey: `t${n}`, externalId: `m${n}`, direction: 'INBOUND', body: 'Hi' };
  return { channelId, input: { ...input, sentAt, customer } };
}

/** Reads and writes at once, more than there are connections, while nobody gets at the channels. */
function askTooMuch(owner: Client, channelId: string) {
  const count = POOL_SIZE + 3;
  const reads = Array.from({ length: count }, () => owner.post(JSON.stringify({ query: read })));
  const writes = Array.from({ length: count }, (_, n) =>
    owner.post(JSON.stringify({ query: record, variables: recording(channelId, n) })),
  );
  return [reads, writes];
}

/** The first so many to be answered. */
function firstOf(count: number, asked: readonly Promise<Response>[]): Promise<Response[]> {
  const first: Response[] = [];
  return new Promise((resolve, reject) => {
    for (const each of asked) {
      each.then((response) => first.push(response) === count && resolve([...first]), reject);
    }
  });
}

const overload = {
  message:
    'More is asked at once than can be answered in time. Ask again in a moment, with fewer requests at the same time; repeat a mutation with its idempotencyKey.',
  extensions: { code: 'RATE_LIMITED', retryAfter: 1 },
};

let owner: Client;
let channelId: string;
beforeEach(async () => {
  ({ owner } = await parley.workspace());
  channelId = await makeChannel(owner);
});

test('who waits too long for a connection is told to slow down, in reads as in mutations', async () => {
  await holder.query('begin; lock table channel in access exclusive mode');
  const kinds = askTooMuch(owner, channelId);
  const refused = (await Promise.all(kinds.map((asked) => firstOf(3, asked)))).flat();
  await holder.query('rollback');
  for (const response of refused) {
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toEqual({
      data: null,
      errors: [expect.objectContaining(overload)],
    });
  }
  const served = (await Promise.all(kinds.flat())).filter((it) => !refused.includes(it));
  expect(served.map(({ status }) => status)).toEqual(Array(2 * POOL_SIZE).fill(200));
}, 30_000);

test('300 messages at once are recorded once each, or their senders told to slow down', async () => {
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => owner.ask(record, recording(channelId, n))),
  );
  const refused = answers.filter(({ status }) => status === 503);
  for (const { errors } of refused) expect(errors).toEqual([expect.objectContaining(overload)]);
  const codes = answers.flatMap(({ errors = [] }) => errors.map((it) => it.extensions.code));
  expect(codes.filter((code) => code !== 'RATE_LIMITED')).toEqual([]);
  // again, at an easier pace: what was recorded is there, and the rest is recorded now
  const outcomes: string[] = [];
  for (let n = 0; n < 300; n += 20) {
    const batch = Array.from({ length: 20 }, (_, index) =>
      owner.query<{ messageRecord: { outcome: string } }>(record, recording(channelId, n + index)),
    );
    outcomes.push(...(await Promise.all(batch)).map(({ messageRecord }) => messageRecord.outcome));
  }
  const done = answers.filter(({ data }) => data?.messageRecord).length;
  expect(outcomes.filter((outcome) => outcome === 'UNCHANGED')).toHaveLength(done);
}, 60_000);
