import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import { ENV, OutboundWorld, type Line } from './outbound-world';
import type { Platform } from './platform';

/**
 * The process that sends is killed at any moment: nothing gets lost, and nothing arrives twice where
 * the platform can be asked, or makes one message of several attempts.
 */

/** How many kills; `npm run test:long` asks for more. */
const RUNS = Number(process.env.PARLEY_LONG_TESTS ?? 6);
jest.setTimeout(60_000 + RUNS * 20_000);

const SETTINGS = { ...ENV, PARLEY_SEND_TIMEOUT_SECONDS: '0.4' };

/** When it is killed: at a step of a post, or so many milliseconds after messages were queued. */
interface Kill {
  moment: 'BEFORE_KEPT' | 'KEPT' | 'ANSWERED' | number;
  post: number;
  connector: 'custom' | 'idempotent';
}

const kills: fc.Arbitrary<Kill> = fc.record({
  moment: fc.oneof(
    fc.constantFrom('BEFORE_KEPT' as const, 'KEPT' as const, 'ANSWERED' as const),
    fc.integer({ min: 0, max: 80 }),
  ),
  post: fc.integer({ min: 1, max: 4 }),
  connector: fc.constantFrom('custom', 'idempotent'),
});

let world: OutboundWorld;
let lines: Record<Kill['connector'], Line>;
let child: ChildProcess;

beforeAll(async () => {
  world = await OutboundWorld.create({}, 'api');
  const of = await world.parley.workspace();
  lines = {
    custom: await world.line('custom', of),
    idempotent: await world.line('idempotent', of),
  };
  lines.idempotent.platform.isIdempotent = true;
  child = await start();
}, 60_000);
afterAll(async () => {
  child.kill('SIGKILL');
  await world.close();
});

async function start(): Promise<ChildProcess> {
  const env = { ...SETTINGS, DATABASE_URL: world.parley.database.url };
  const script = join(__dirname, 'sender-in-child.mjs');
  const started = spawn(
    process.execPath,
    [script, JSON.stringify(env), String(world.parley.now())],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(started.stdout, 'data');
  return started;
}

async function kill(): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Resolves once the process was killed at the moment. */
function killAt({ moment, post: which }: Kill, platform: Platform): Promise<void> {
  if (typeof moment === 'number') {
    return new Promise<void>((resolve) => setTimeout(resolve, moment)).then(kill);
  }
  return new Promise((resolve, reject) => {
    const before = platform.posts.length;
    let isDone = false;
    platform.answer(async ({ message, number, response }) => {
      if (isDone || number - before !== which) return;
      isDone = true;
      if (moment === 'KEPT') platform.keep(message);
      if (moment === 'ANSWERED') platform.accept(message, response);
      await kill().then(resolve, reject);
      response.destroy();
    });
  });
}

test('whenever the process is killed, each message arrives, once, in order', async () => {
  const property = fc.asyncProperty(kills, async (how) => {
    const line = lines[how.connector];
    const { owner, platform } = line;
    const conversations = [await world.conversation(line), await world.conversation(line)];
    const killed = killAt(how, platform);
    const bodies = ['1', '2'];
    const sent: { id: string; conversation: string; body: string }[] = [];
    for (const body of bodies) {
      for (const conversation of conversations) {
        sent.push({ id: await world.send(owner, conversation, body), conversation, body });
      }
    }
    await killed;
    platform.answer(() => undefined);
    child = await start();
    for (const { id } of sent) await world.settled(owner, id);
    for (const { id } of sent) {
      const kept = platform.kept.filter((message) => message.id === id);
      const { status, externalId } = await world.view(owner, id);
      expect({ status, count: kept.map(({ count }) => count), externalId }).toEqual({
        status: 'SENT',
        count: [1],
        externalId: kept[0]?.externalId,
      });
    }
    for (const conversation of conversations) {
      const own = platform.kept.filter((message) => message.conversation.id === conversation);
      expect(own.map(({ body }) => body)).toEqual(bodies);
    }
    expect(await world.waiting()).toBe(0);
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
});
