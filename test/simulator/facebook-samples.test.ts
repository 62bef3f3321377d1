import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { facebook } from '../../src/simulator/facebook';
import { comment } from '../../src/simulator/facebook/comments';
import { publish, react, write } from '../../src/simulator/facebook/people';
import { asDweller, dwellerOf } from '../../src/simulator/facebook/state';
import { SteppedClock } from '../../src/simulator/clock';
import { Simulation } from '../../src/simulator/simulation';

/** What the simulator tells has the shape of the samples that were collected from Facebook. */

const fixtures = join(__dirname, '../../src/connectors/facebook/fixtures');
type Shape = Record<string, unknown>;

/** The parts of an entry of a sample. */
function sample(name: string): Shape {
  const text = readFileSync(join(fixtures, `${name}.json`), 'utf8');
  const { entry } = JSON.parse(text) as { entry: Shape[] };
  return partOf(entry[0]!);
}

function partOf({ messaging, changes }: Shape): Shape {
  return ((messaging ?? changes) as Shape[])[0]!;
}

/** Names of a shape, inner ones with their outer ones in front. */
function namesOf(shape: unknown, before = ''): string[] {
  if (typeof shape !== 'object' || shape === null) return [];
  return Object.entries(shape).flatMap(([name, inner]) => {
    const full = Array.isArray(shape) ? before : `${before}.${name}`;
    return [full, ...namesOf(inner, full)];
  });
}

let address: Server;
let simulation: Simulation<ReturnType<typeof facebook.begin>>;
beforeAll(async () => {
  address = createServer((request, response) => {
    response.end(new URL(request.url!, 'http://x').searchParams.get('hub.challenge'));
  }).listen(0, '127.0.0.1');
  await once(address, 'listening');
  const clock = new SteppedClock(new Date('2026-03-01T12:00:00Z'));
  simulation = await Simulation.start(facebook, { clock });
  const { port } = address.address() as AddressInfo;
  await simulation.addHook({ url: `http://127.0.0.1:${port}/hook` });
  simulation.state.pages[0]!.fields = ['messages', 'feed', 'message_echoes', 'message_reads'];
});
afterAll(async () => {
  await simulation.stop();
  address.close();
});

/** What was told last. */
async function told(): Promise<{ entry: Shape; body: string }> {
  await simulation.settle();
  const { body } = simulation.delivered.at(-1)!;
  const { object, entry } = JSON.parse(body) as { object: string; entry: Shape[] };
  expect(object).toBe('page');
  return { entry: entry[0]!, body };
}

const extra = [
  '.value.post',
  '.value.permalink_url',
  '.value.published',
  '.value.from',
  '.value.created_time',
];

function expectShape(part: Shape, of: Shape): void {
  const [ours, theirs] = [namesOf(part), namesOf(of)];
  const optional = /sender_id|sender_name|\.seq|is_hidden|comment_id/;
  expect(theirs.filter((name) => !ours.includes(name) && !optional.test(name))).toEqual([]);
  const unknown = ours.filter((name) => !theirs.includes(name));
  expect(unknown.filter((name) => !extra.some((one) => name.startsWith(one)))).toEqual([]);
}

test('a message', async () => {
  const page = simulation.state.pages[0]!;
  const person = dwellerOf(simulation.state, 'Ada Fenwick', simulation.random);
  write(simulation, page.id, person, 'Schöne Grüße 👋');
  const { entry, body } = await told();
  expectShape(partOf(entry), sample('messaging-message-basic'));
  expect(body).toContain('Sch\\u00f6ne Gr\\u00fc\\u00dfe \\ud83d\\udc4b');
  expect(String(entry.time)).toHaveLength(13);
});

test('posts, comments and reactions', async () => {
  const page = asDweller(simulation.state.pages[0]!);
  const person = dwellerOf(simulation.state, 'Ada Fenwick', simulation.random);
  const post = publish(simulation, page, 'Open');
  const { entry } = await told();
  expectShape(partOf(entry), sample('feed-status-add-25'));
  expect(String(entry.time)).toHaveLength(10);
  publish(simulation, person, 'Hello');
  expectShape(partOf((await told()).entry), sample('feed-post-add-25'));
  comment(simulation, post, null, person, 'Nice');
  expectShape(partOf((await told()).entry), sample('feed-comment-add-211'));
  react(simulation, post, person, 'wow');
  expectShape(partOf((await told()).entry), sample('feed-reaction-edit'));
});
