import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Demo, type DemoOptions } from '../../src/demo/demo';
import { loadConfig } from '../../src/config/config';
import { makeWorkspace } from '../../src/domain/workspace/first-workspace';
import { platforms } from '../../src/simulator/platforms';
import { startTestApp, type TestApp } from '../support/app';
import { call, must } from '../support/call';
import type { Client } from '../support/client';
import { until } from '../support/process';

/** What somebody sees who has just started the server, and has no account on any platform. */

/** One for private talk and one for public talk, as far as they can be played. */
const privately = 'whatsapp' in platforms ? 'whatsapp' : 'instagram';
const publicly = 'x' in platforms ? 'x' : 'instagram';

let parley: TestApp;
let dataDir: string;
let demo: Demo;
let owner: Client;
const warnings: unknown[] = [];

beforeAll(async () => {
  parley = await startTestApp({ PARLEY_SECRET_KEY: 'ab'.repeat(32) }, 'all');
  parley.setTime(new Date());
  dataDir = await mkdtemp(join(tmpdir(), 'parley-demo-'));
  demo = await Demo.open(options());
  owner = parley.as(demo.token);
  demo.begin();
});
afterAll(async () => {
  await demo.stop();
  await parley.close();
  await rm(dataDir, { recursive: true });
});

function options(): DemoOptions {
  const { units, outgoing } = parley.app;
  return {
    ...{ address: parley.url, dataDir, pace: 0.1 },
    only: [...new Set([privately, publicly])],
    habits: { deliveredAfter: 0.02, readAfter: 0.05, answerAfter: 0.1, answers: 1 },
    warn: (error, text) => warnings.push([text, error]),
    openDoor: (address, port) => outgoing.openDoor(address, port),
    makeWorkspace: async () => {
      return (await makeWorkspace({ units, now: parley.now() }, 'Demonstration')).token;
    },
  };
}

interface Conversation {
  id: string;
  visibility: string;
  channel: { connector: string | null };
  canReply: { allowed: boolean; reason: string | null; message: string | null };
  messages: { nodes: { id: string; direction: string; status: string | null }[] };
}

async function conversations(): Promise<Conversation[]> {
  const told = await owner.query<{ conversations: { nodes: Conversation[] } }>(
    `{ conversations(first: 100) { nodes { id visibility channel { connector }
       canReply { allowed reason message } messages { nodes { id direction status } } } } }`,
  );
  return told.conversations.nodes;
}

async function firstOf(connector: string, visibility: string): Promise<Conversation> {
  let found: Conversation | undefined;
  await until(async () => {
    found = (await conversations()).find(
      (one) =>
        one.channel.connector === connector &&
        one.visibility === visibility &&
        one.canReply.allowed,
    );
    return found !== undefined;
  }, `a conversation on ${connector}`);
  return found!;
}

async function refusalOf(name: string, args: object): Promise<{ code: string; message: string }[]> {
  const { userErrors } = await call<{ userErrors: { code: string; message: string }[] }>(
    owner,
    name,
    args,
    '{ userErrors { code message } }',
  );
  return userErrors;
}

async function answer({ id }: Conversation): Promise<string> {
  const { message } = await must<{ message: { id: string } }>(
    owner,
    'messageSend',
    { conversationId: id, input: { body: 'We are looking into it.' } },
    'message { id }',
  );
  return message.id;
}

const isNow = (id: string, ...wanted: string[]) =>
  until(
    async () => {
      const { node } = await owner.query<{ node: { status: string; failure: unknown } }>(
        `query ($id: ID!) { node(id: $id) { ... on Message { status failure { code message } } } }`,
        { id },
      );
      if (node.status === 'FAILED') throw new Error(JSON.stringify(node.failure));
      return wanted.includes(node.status);
    },
    `the message is ${wanted.join(' or ')}`,
  );

test('a newcomer answers in private and in public, and is refused outside the window', async () => {
  const talk = await firstOf(privately, 'PRIVATE');
  const post = await firstOf(publicly, 'PUBLIC');
  const [message, reply] = [await answer(talk), await answer(post)];
  await isNow(message, 'READ');
  await isNow(reply, 'SENT', 'READ');
  // customers go on with the talk
  await until(async () => {
    const now = (await conversations()).find(({ id }) => id === talk.id)!;
    return now.messages.nodes.filter(({ direction }) => direction === 'INBOUND').length > 1;
  }, 'the customer answers');
  await demo.stop();
  await parley.app.drain();
  parley.setTime(new Date(Date.now() + 8 * 86_400_000));
  const later = (await conversations()).find(({ id }) => id === talk.id)!;
  expect(later.canReply).toMatchObject({ allowed: false, reason: 'WINDOW_CLOSED' });
  const late = { conversationId: talk.id, input: { body: 'Sorry for the delay.' } };
  expect(await refusalOf('messageSend', late)).toMatchObject([
    { code: 'REPLY_NOT_ALLOWED', message: later.canReply.message },
  ]);
  parley.setTime(new Date());
  expect(warnings).toEqual([]);
});

test('nothing but the simulators’ own addresses is let through', async () => {
  const settings = { signingSecret: `whsec_${'a'.repeat(44)}`, sendUrl: `${parley.url}/graphql` };
  const input = { connector: 'custom', input: { name: 'Own', settings } };
  const [problem] = await refusalOf('channelConnect', input);
  expect(problem!.message).toMatch(/not on the public internet/);
});

test('the next start goes on in the same workspace, with the same channels', async () => {
  const path = join(dataDir, 'demo.json');
  expect((await stat(path)).mode & 0o077).toBe(0);
  const before = JSON.parse(await readFile(path, 'utf8')) as object;
  await demo.stop();
  demo = await Demo.open(options());
  expect(demo.token).toBe((before as { token: string }).token);
  const known = (await conversations()).length;
  demo.begin();
  expect(await demo.joined()).toHaveLength(new Set([privately, publicly]).size);
  expect(warnings).toEqual([]);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(before);
  await until(async () => (await conversations()).length > known, 'something happens');
});

test('there is none beside a database of one’s own, in parts of several processes, or where it is off', () => {
  expect(loadConfig({}).demo).toBe(true);
  expect(loadConfig({ PARLEY_DEMO: 'off' }).demo).toBe(false);
  expect(loadConfig({ DATABASE_URL: 'postgres://localhost/parley' }).demo).toBe(false);
  expect(loadConfig({}, 'api').demo).toBe(false);
  expect(() => loadConfig({ PARLEY_DEMO: 'perhaps' })).toThrow(/PARLEY_DEMO/);
});
