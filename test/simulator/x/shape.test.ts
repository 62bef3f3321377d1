import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { SteppedClock } from '../../../src/simulator/clock';
import { Simulation } from '../../../src/simulator/simulation';
import { x } from '../../../src/simulator/x';
import { tellRead } from '../../../src/simulator/x/events';
import { write } from '../../../src/simulator/x/doings';
import { companyOf, userOf, type X } from '../../../src/simulator/x/state';

/** What the simulator sends has to look like what X sends: only then it shows anything. */

const folder = join(__dirname, '../../../../shared/payloads/x');
const given = existsSync(folder) ? test : test.skip;

let simulation: Simulation<X>;
beforeEach(async () => {
  const clock = new SteppedClock(new Date('2026-03-01T12:00:00.250Z'));
  simulation = await Simulation.start(x, { clock, habits: { answers: 0 } });
  // nobody listens there, and what was sent is kept all the same
  simulation.hooks.push({
    ...{ id: '1', url: 'http://127.0.0.1:9/', secret: simulation.state.consumerSecret },
    ...{ verifyToken: null, accounts: null, failures: 0, isDisabled: false },
  });
});
afterEach(() => simulation.stop());

type Shape = string | { [name: string]: Shape } | { each: Shape };

/** Names and kinds, with lists and maps by id as what each of their entries has. */
function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return { each: merged(value.map(shapeOf)) };
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name))) {
    return { each: merged(entries.map(([, inner]) => shapeOf(inner))) };
  }
  return Object.fromEntries(entries.map(([name, inner]) => [name, shapeOf(inner)]));
}

function merged(shapes: readonly Shape[]): Shape {
  return shapes.reduce(
    (all, one) => (typeof all === 'object' && typeof one === 'object' ? mergedTwo(all, one) : one),
    {},
  );
}

function mergedTwo(a: object, b: object): Shape {
  const both = { ...a } as Record<string, Shape>;
  for (const [name, inner] of Object.entries(b) as [string, Shape][]) {
    const known = both[name];
    both[name] =
      typeof known === 'object' && typeof inner === 'object' ? mergedTwo(known, inner) : inner;
  }
  return both;
}

/** What a shape has that the official one has not, or has of another kind. */
function surplus(own: Shape, official: Shape, path = ''): string[] {
  if (typeof own !== 'object' || typeof official !== 'object') {
    return own === official || own === 'null'
      ? []
      : [`${path}: ${JSON.stringify(own)} instead of ${JSON.stringify(official)}`];
  }
  return Object.entries(own).flatMap(([name, inner]) => {
    const same = (official as Record<string, Shape>)[name];
    return same === undefined
      ? [`${path}.${name} is not there`]
      : surplus(inner, same, `${path}.${name}`);
  });
}

/** Of samples of X's; posts that stand beside a payload are as the payload itself. */
function official(...names: string[]): Shape {
  const shape = merged(
    names.map((name) => shapeOf(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))),
  ) as { data?: { payload: Shape } };
  const { data } = shape;
  return data
    ? mergedTwo(shape, { data: { includes: { tweets: { each: data.payload } } } })
    : shape;
}

/** What was sent of a type, and whether it was signed as X signs. */
function sent(isMeant: (body: string) => boolean): Shape[] {
  const found = simulation.delivered.filter(({ body }) => isMeant(body));
  for (const { body, headers } of found) {
    const digest = createHmac('sha256', simulation.state.consumerSecret)
      .update(body)
      .digest('base64');
    expect(headers['x-twitter-webhooks-signature']).toBe(`sha256=${digest}`);
  }
  return found.map(({ body }) => shapeOf(JSON.parse(body)));
}

const posts = ['xaa-post-create', 'xaa-post-mention-create', 'xaa-post-reply-create'];

given.each([
  ['mention', 'post.mention.create', posts],
  ['company-posts', 'post.create', posts],
  ['comment', 'post.reply.create', posts],
  ['quote', 'post.quote.create', [...posts, 'xaa-post-quote-create']],
  ['repost', 'post.repost.create', [...posts, 'xaa-post-quote-create']],
  ['follow', 'follow.follow', ['xaa-follow-follow']],
  ['unfollow', 'follow.unfollow', ['xaa-follow-follow']],
  ['direct-message', 'dm.received', ['xaa-dm-received']],
  ['encrypted-message', 'chat.received', ['xaa-chat-received']],
  ['permission-revoked', 'oauth.revoke', ['xaa-oauth-revoke', 'xaa-follow-follow']],
])('%s is told as X tells %s (needs ../shared)', async (happening, type, names) => {
  simulation.happen(happening);
  await simulation.settle();
  const shapes = sent((body) => body.includes(`"event_type":"${type}"`));
  expect(shapes.length).toBeGreaterThan(0);
  for (const shape of shapes) expect(surplus(shape, official(...names))).toEqual([]);
});

given('direct messages and read marks have the form of the Account Activity API too', async () => {
  simulation.state.oldSubscriptions.set(simulation.accounts[0]!, '1');
  const person = userOf(simulation, simulation.cast.people[0]!);
  const { id } = companyOf(simulation);
  write(simulation, { senderId: person.id, recipientId: id, text: 'Hello' });
  tellRead(simulation, write(simulation, { senderId: id, recipientId: person.id, text: 'Hi' }));
  await simulation.settle();
  const mail = sent((body) => body.includes('"direct_message_events"'));
  expect(mail).toHaveLength(2);
  for (const shape of mail) {
    expect(surplus(shape, official('aaa-direct-message-events'))).toEqual([]);
  }
  const [mark] = sent((body) => body.includes('mark_read'));
  expect(surplus(mark!, official('aaa-direct-message-mark-read-events'))).toEqual([]);
});
