import { asOwner } from '../support/owner';
import { OutboundWorld, type Line } from './outbound-world';

let world: OutboundWorld;
beforeAll(async () => {
  world = await OutboundWorld.create();
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

async function budgetOf({ channelId }: Line): Promise<number | undefined> {
  const [row] = await asOwner<{ remaining: number }>(
    world.parley,
    'select remaining from rate_budget where channel_id = $1',
    [channelId],
  );
  return row?.remaining;
}

test('a limit that the platform tells of is met before the platform has to say so', async () => {
  const line = await world.line();
  const { owner, platform } = line;
  const times: number[] = [];
  let left = 3;
  platform.answer(({ response }) => {
    times.push(performance.now());
    response.setHeader('ratelimit-remaining', String(Math.max(0, --left)));
    response.setHeader('ratelimit-reset', '1');
    return left < 0 ? 429 : undefined;
  });
  const conversation = await world.conversation(line);
  const ids: string[] = [];
  for (const body of ['1', '2', '3']) ids.push(await world.send(owner, conversation, body));
  for (const id of ids) await world.settled(owner, id);
  expect(await budgetOf(line)).toBe(0);
  const next = await world.send(owner, conversation, '4');
  await world.drain();
  expect(await world.view(owner, next)).toMatchObject({ status: 'QUEUED' });
  expect(platform.posts).toHaveLength(3);
  left = 3;
  await world.settled(owner, next);
  expect(platform.bodies).toEqual(['1', '2', '3', '4']);
  expect(times[3]! - times[2]!).toBeGreaterThan(900);
});

test('the last request of a budget is made once, however many processes want it', async () => {
  const line = await world.line();
  const { owner, platform, workspaceId, channelId } = line;
  await asOwner(
    world.parley,
    `insert into rate_budget (workspace_id, channel_id, bucket, remaining, resets_at)
     values ($1, $2, 'send', 1, now() + interval '4 seconds')`,
    [workspaceId, channelId],
  );
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) ids.push(await world.send(owner, await world.conversation(line)));
  await world.becomes(() => Promise.resolve(platform.posts.length > 0));
  await world.drain();
  expect(platform.posts).toHaveLength(1);
  for (const id of ids) await world.settled(owner, id);
  expect(platform.kept.map(({ count }) => count)).toEqual([1, 1, 1, 1]);
});
