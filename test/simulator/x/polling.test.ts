import type { Simulation } from '../../../src/simulator/simulation';
import { publish, write } from '../../../src/simulator/x/doings';
import { companyOf, userOf, type X } from '../../../src/simulator/x/state';
import { must } from '../../support/call';
import { asOwner } from '../../support/owner';
import { until } from '../../support/process';
import { SimulatedWorld, type SimulatedChannel } from '../simulated-world';
import { watchedX } from './x-world';

let world: SimulatedWorld;
beforeAll(async () => {
  world = await SimulatedWorld.create();
});
afterAll(() => world.close());

async function simulated() {
  const watched = watchedX();
  return {
    ...watched,
    simulation: await world.simulate(watched.platform, { habits: { answers: 0 } }),
  };
}

/** Has somebody post about the company. */
function mention(simulation: Simulation<X>, text: string) {
  const person = userOf(simulation, simulation.cast.people[0]!);
  const { username } = companyOf(simulation);
  return publish(simulation, { authorId: person.id, text: `@${username} ${text}` });
}

/** What everybody has said, by the database, because it may be much. */
async function bodies({ workspaceId }: Pick<SimulatedChannel, 'workspaceId'>): Promise<string[]> {
  await world.parley.app.drain();
  const sql = 'select body from message where workspace_id = $1 order by body';
  const rows = await asOwner<{ body: string }>(world.parley, sql, [workspaceId]);
  return rows.map(({ body }) => body);
}

async function have(
  channel: Pick<SimulatedChannel, 'workspaceId'>,
  count: number,
): Promise<string[]> {
  await until(async () => (await bodies(channel)).length >= count, `there are ${count} messages`);
  return bodies(channel);
}

/** Has the channel look for news now. */
async function lookAgain({ owner, id }: SimulatedChannel): Promise<void> {
  await must(owner, 'channelPause', { id }, 'channel { id }');
  await world.advance(1);
  await must(owner, 'channelResume', { id }, 'channel { id }');
}

test('a channel that polls finds mentions, answers, own posts, messages and what its rules match', async () => {
  const { simulation, problems } = await simulated();
  const { id, username } = companyOf(simulation);
  const asked = mention(simulation, 'are you there?');
  publish(simulation, { authorId: id, text: 'Yes, we are.', parentId: asked.id });
  write(simulation, { senderId: asked.authorId, recipientId: id, text: 'In private, then.' });
  publish(simulation, { authorId: asked.authorId, text: 'My lamp from Fairweather flickers' });
  publish(simulation, { authorId: asked.authorId, text: 'Nothing of interest' });
  const settings = { delivery: 'POLLING', listeningRules: ['fairweather lamp -is:retweet'] };
  const channel = await world.connect(simulation, { settings });
  expect(await have(channel, 4)).toEqual([
    '@ada_fenwick Yes, we are.',
    `@${username} are you there?`,
    'In private, then.',
    'My lamp from Fairweather flickers',
  ]);
  expect(problems()).toEqual([]);
});

test('what webhooks have missed is found, however much it is, and nothing comes twice', async () => {
  const { simulation, calls, problems } = await simulated();
  const channel = await world.connect(simulation);
  mention(simulation, 'before');
  await world.settle();
  expect(await have(channel, 1)).toHaveLength(1);
  const looked = () => calls.some(({ path }) => path === '/2/dm_events');
  await until(looked, 'it has looked once');
  simulation.hooks[0]!.isDisabled = true;
  // two pages and a little
  const missed = Array.from({ length: 205 }, (_, index) => mention(simulation, `missed ${index}`));
  await world.settle();
  simulation.hooks[0]!.isDisabled = false;
  const before = calls.length;
  await lookAgain(channel);
  await have(channel, 1 + missed.length);
  const pages = calls.slice(before).filter(({ path }) => path.endsWith('/mentions'));
  expect(pages.length).toBeGreaterThanOrEqual(3);
  await lookAgain(channel);
  await until(
    () =>
      Promise.resolve(
        calls.slice(before).filter(({ path }) => path.endsWith('/mentions')).length > pages.length,
      ),
    'it has looked again',
  );
  expect(await bodies(channel)).toHaveLength(1 + missed.length);
  expect(problems()).toEqual([]);
});

test('a page that X does not give is asked for again, and those before it not lost', async () => {
  const pages: string[] = [];
  const watched = watchedX((call, { faults }) => {
    if (!call.path.endsWith('/mentions')) return;
    pages.push(call.query.get('until_id') ?? 'newest');
    // the page after the first
    if (pages.length === 1) faults.next('failing');
  });
  const simulation = await world.simulate(watched.platform);
  const posts = Array.from({ length: 150 }, (_, index) => mention(simulation, `post ${index}`));
  const { owner, workspaceId } = await world.parley.workspace();
  const settings = { ...simulation.settings, delivery: 'POLLING', directMessages: false };
  const args = { connector: 'x', input: { settings } };
  await must(owner, 'channelConnect', args, 'channel { id }');
  expect(await have({ workspaceId }, posts.length)).toHaveLength(posts.length);
  // after the failure it goes on below the first page
  expect(pages).toEqual(['newest', posts[50]!.id]);
});
