import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { unique } from '../support/world';
import { supportSettings } from './mail-context';
import { eventually, MailProgram } from './mail-people';
import { MailServer, whatIsMissing } from './mail-server';
import { Tripwire, type Reach } from './tripwire';

/**
 * The process that sends is killed at any step of its talk with a real mail server: each message
 * arrives, once. One that may have been taken is looked for in the mailbox before it is sent again.
 */

const missing = whatIsMissing();
if (missing !== null && process.env.CI === 'true') throw new Error(`What is missing: ${missing}.`);
const describeThere = missing === null ? describe : describe.skip;

/** How many kills; PARLEY_LONG_TESTS asks for more. */
const RUNS = Number(process.env.PARLEY_LONG_TESTS ?? 3);
jest.setTimeout(120_000 + RUNS * 60_000);

const ENV = {
  PARLEY_SECRET_KEY: 'ab'.repeat(32),
  PARLEY_OUTGOING_ALLOW: '127.0.0.0/8,::1/128,localhost',
  PARLEY_SEND_RETRY_FIRST_SECONDS: '0.1',
  PARLEY_SEND_RETRY_LONGEST_SECONDS: '1',
};

/** Greeting, encryption and sign-in take about 2,300 bytes of the client, each message 3,000. */
const reaches: fc.Arbitrary<Reach> = fc.oneof(
  fc.record({ by: fc.constant('CLIENT' as const), bytes: fc.integer({ min: 0, max: 9_000 }) }),
  fc.record({ by: fc.constant('SERVER' as const), bytes: fc.integer({ min: 0, max: 6_000 }) }),
);

describeThere('a sender that is killed while it sends by Postfix', () => {
  let server: MailServer;
  let wire: Tripwire;
  let parley: TestApp;
  let owner: Client;
  let ana: MailProgram;
  let support: MailProgram;
  let channelId: string;
  let child: ChildProcess;

  beforeAll(async () => {
    server = await MailServer.start();
    wire = await Tripwire.before(server.ports.submission);
    ana = await MailProgram.open(server, 'ana@customer.test', 'ana-pass');
    support = await MailProgram.open(server, 'support@brand.test', 'support-pass');
    parley = await startTestApp(ENV, 'api', { clock: () => new Date() });
    ({ owner } = await parley.workspace());
    const settings = { ...supportSettings(server), smtpPort: wire.port };
    const { channel } = await must<{ channel: { id: string } }>(
      owner,
      'channelConnect',
      { connector: 'email', input: { settings } },
      'channel { id }',
    );
    channelId = channel.id;
    child = await start();
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await parley?.close();
    ana?.close();
    support?.close();
    await wire?.stop();
    await server?.stop();
  });

  const start = async (): Promise<ChildProcess> => {
    const env = { ...ENV, DATABASE_URL: parley.database.url };
    const script = join(__dirname, 'mail-sender-in-child.mjs');
    const started = spawn(process.execPath, [script, JSON.stringify(env)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(started.stdout, 'data');
    return started;
  };
  const kill = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const conversation = async () => {
    const { conversation: made } = await must<{ conversation: { id: string } }>(
      owner,
      'messageRecord',
      {
        channelId,
        input: {
          ...{ threadKey: unique('thread'), externalId: unique('mail'), direction: 'INBOUND' },
          ...{ body: 'Where is it?', sentAt: new Date().toISOString() },
          customer: { externalId: 'ana@customer.test', handle: 'ana@customer.test' },
        },
      },
      'conversation { id }',
    );
    return made.id;
  };
  const waiting = async () => {
    const [row] = await asOwner<{ count: number }>(
      parley,
      'select count(*)::int count from outbound_queue',
    );
    return row!.count;
  };
  const statusOf = async (id: string) => {
    const { node } = await owner.query<{ node: { status: string } }>(
      'query ($id: ID!) { node(id: $id) { ... on Message { status } } }',
      { id },
    );
    return node.status;
  };

  test('each message arrives, once, and is SENT', async () => {
    const property = fc.asyncProperty(reaches, async (reach) => {
      const tripped = new Promise<void>((resolve) => wire.set(reach, () => resolve()));
      const bodies = [unique('body'), unique('body'), unique('body')];
      const first = await conversation();
      const second = await conversation();
      const sent: string[] = [];
      for (const [index, body] of bodies.entries()) {
        const args = {
          conversationId: index < 2 ? first : second,
          input: { body, authorName: 'Eva' },
        };
        const { message } = await must<{ message: { id: string } }>(
          owner,
          'messageSend',
          args,
          'message { id }',
        );
        sent.push(message.id);
      }
      const done = eventually(async () => (await waiting()) === 0, 60_000);
      await Promise.race([tripped, done]);
      await kill();
      // nobody is at it any longer, and the time is over after which that is known
      await asOwner(parley, 'update outbound_queue set locked_until = now()');
      child = await start();
      await eventually(async () => (await waiting()) === 0, 90_000);
      await done;

      for (const id of sent) expect(await statusOf(id)).toBe('SENT');
      for (const box of [ana, support]) {
        await eventually(async () => {
          const mails = await box.all();
          return bodies.every((body) => mails.some(({ text }) => text?.includes(body)));
        });
        const mails = await box.all();
        const counts = bodies.map(
          (body) => mails.filter(({ text }) => text?.startsWith(body)).length,
        );
        expect(counts).toEqual([1, 1, 1]);
      }
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  });
});
