import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instagram } from '../../../src/simulator/instagram';
import type { Instagram } from '../../../src/simulator/instagram/account';
import { haveComment } from '../../../src/simulator/instagram/comments';
import { write } from '../../../src/simulator/instagram/talk';
import type { SteppedClock } from '../../../src/simulator/clock';
import type { Simulation } from '../../../src/simulator/simulation';
import { SimulatedWorld, type SimulatedChannel } from '../../simulator/simulated-world';
import { must, refused } from '../../support/call';

/** Talks with a simulated Instagram, from its webhooks to its API and back. */

let world: SimulatedWorld;
let simulation: Simulation<Instagram> & { clock: SteppedClock };
let channel: SimulatedChannel;

beforeAll(async () => {
  world = await SimulatedWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  simulation = await world.simulate(instagram, { habits: { answers: 0 } });
  channel = await world.connect(simulation);
});

interface Message {
  id: string;
  externalId: string | null;
  direction: string;
  body: string;
  status: string | null;
  failure: { code: string } | null;
}

interface Conversation {
  id: string;
  visibility: string;
  customer: { name: string | null } | null;
  post: { body: string | null } | null;
  canReply: { allowed: boolean; reason: string | null; message: string | null };
  messages: { nodes: Message[] };
}

async function conversations(of = channel): Promise<Conversation[]> {
  const told = await of.owner.query<{ conversations: { nodes: Conversation[] } }>(
    `query Of($id: ID!) { conversations(filter: { channelIds: [$id] }) { nodes {
       id visibility customer { name } post { body } canReply { allowed reason message }
       messages { nodes { id externalId direction body status failure { code } } } } } }`,
    { id: of.id },
  );
  return told.conversations.nodes;
}

async function happens(name: string): Promise<Conversation> {
  simulation.happen(name);
  await world.settle();
  return (await conversations())[0]!;
}

const send = (conversationId: string, body: string) =>
  must<{ message: Message }>(
    channel.owner,
    'messageSend',
    { conversationId, input: { body } },
    'message { id }',
  );

const outbound = ({ messages }: Conversation) =>
  messages.nodes.filter(({ direction }) => direction === 'OUTBOUND');

test('a direct message comes with the name that was looked up, is answered, and read', async () => {
  const conversation = await happens('customer-writes');
  expect(conversation).toMatchObject({ visibility: 'PRIVATE', canReply: { allowed: true } });
  expect(simulation.cast.people.map(({ name }) => name)).toContain(conversation.customer?.name);
  await send(conversation.id, 'It leaves tomorrow 🚚');
  await world.settle();
  await world.advance(5);
  const [after] = await conversations();
  expect(outbound(after!)).toMatchObject([{ body: 'It leaves tomorrow 🚚', status: 'READ' }]);
});

test('an error after the message was made, or an echo before the answer, doubles nothing', async () => {
  const conversation = await happens('customer-writes');
  simulation.faults.set({ echoFirst: true });
  simulation.faults.next('failingAfter');
  await send(conversation.id, 'Once only');
  await world.settle();
  await world.advance(60);
  expect(simulation.state.messages.filter(({ text }) => text === 'Once only')).toHaveLength(1);
  expect(outbound((await conversations())[0]!)).toHaveLength(1);
});

test('after a day a program is refused with the reason, and a late message fails with it', async () => {
  const conversation = await happens('customer-writes');
  simulation.faults.set({ windowClosed: true });
  await send(conversation.id, 'Too late');
  await world.settle();
  await world.advance(1);
  expect(outbound((await conversations())[0]!)).toMatchObject([
    { status: 'FAILED', failure: { code: 'WINDOW_CLOSED' } },
  ]);
  await world.advance(8 * 86_400);
  const input = { conversationId: conversation.id, input: { body: 'Later still' } };
  expect(await refused(channel.owner, 'messageSend', input)).toMatchObject([
    { code: 'REPLY_NOT_ALLOWED' },
  ]);
  const [{ canReply }] = (await conversations()) as [Conversation];
  expect(canReply).toMatchObject({ allowed: false, reason: 'WINDOW_CLOSED' });
});

test('a comment hangs from its post, and answers go below the top-level comment', async () => {
  const conversation = await happens('customer-comments');
  expect(conversation).toMatchObject({ visibility: 'PUBLIC' });
  expect(conversation.post?.body).toBeTruthy();
  await send(conversation.id, 'On Monday!');
  await world.settle();
  await world.advance(1);
  const [top] = [...simulation.state.comments.values()];
  const [after] = await conversations();
  expect(outbound(after!)).toMatchObject([{ status: 'SENT', body: 'On Monday!' }]);
  expect([...simulation.state.comments.values()].at(-1)).toMatchObject({ parentId: top!.id });
  const [own] = outbound(after!);
  await must(
    channel.owner,
    'messageSend',
    { conversationId: conversation.id, input: { body: 'Or Tuesday.', replyToId: own!.id } },
    'message { id }',
  );
  await world.settle();
  await world.advance(1);
  expect(outbound((await conversations())[0]!).map(({ status }) => status)).toEqual([
    'SENT',
    'SENT',
  ]);
});

test('a comment on a live video can’t be answered in public, and says why', async () => {
  const { canReply } = await happens('live-comment');
  expect(canReply).toMatchObject({ allowed: false, reason: 'NO_RECIPIENT' });
  expect(canReply.message).toMatch(/live videos/);
});

test('a mention is looked up and answered where it was made', async () => {
  const conversation = await happens('customer-mentions');
  expect(conversation.messages.nodes[0]!.body).toMatch(/^@fairweather /);
  await send(conversation.id, 'Thank you!');
  await world.settle();
  await world.advance(1);
  expect(outbound((await conversations())[0]!)).toMatchObject([{ status: 'SENT' }]);
});

test('a comment is answered in private, hidden and deleted', async () => {
  const { messages } = await happens('customer-comments');
  const [{ id, externalId }] = messages.nodes as [Message];
  await must(
    channel.owner,
    'messageReplyPrivately',
    { messageId: id, input: { body: 'Send us your number?' } },
    'message { id }',
  );
  await must(channel.owner, 'messageHide', { id }, 'message { id }');
  await world.settle();
  await world.advance(1);
  const talks = await conversations();
  const inPrivate = talks.find(({ visibility }) => visibility === 'PRIVATE');
  expect(outbound(inPrivate!)).toMatchObject([{ body: 'Send us your number?' }]);
  expect(simulation.state.comments.get(externalId!)?.isHidden).toBe(true);
  await must(channel.owner, 'messageDelete', { id }, 'message { id }');
  await world.settle();
  expect(simulation.state.comments.has(externalId!)).toBe(false);
});

test('with Instagram Login the envelope is another, and the token is renewed in time', async () => {
  const login = await world.simulate(instagram, { accounts: ['17841400000000077'] });
  const [account] = login.state.accounts;
  const token = account!.ownToken;
  const settings = { signIn: 'INSTAGRAM_LOGIN', accessToken: token };
  const own = await world.connect(login, { settings });
  login.happen('customer-comments');
  await world.settle();
  expect(login.delivered[0]!.body).toMatch(/^\[\{"object":"instagram"/);
  expect(login.delivered[0]!.body).not.toMatch(/changes/);
  const [conversation] = await conversations(own);
  const answer = async (body: string) => {
    await must(
      own.owner,
      'messageSend',
      { conversationId: conversation!.id, input: { body } },
      'message { id }',
    );
    await world.settle();
    await world.advance(1);
  };
  await answer('First');
  expect(account!.ownToken).toBe(token);
  await world.advance(20 * 86_400);
  await answer('Second');
  expect(account!.ownToken).not.toBe(token);
  await answer('Third');
  const [after] = await conversations(own);
  expect(outbound(after!).map(({ status }) => status)).toEqual(['SENT', 'SENT', 'SENT']);
});

test('one delivery that tells of two accounts reaches the channel of each, once', async () => {
  const app = await world.simulate(instagram, {
    accounts: ['17841400000000001', '17841400000000002'],
  });
  const [, second] = app.state.accounts;
  const first = await world.connect(app);
  const settings = { accessToken: second!.pageToken };
  const other = await world.connect(app, { settings }, first);
  app.hooks.splice(1);
  app.faults.set({ batching: 10, duplicates: 1 });
  const [member] = app.state.members.values();
  for (const account of app.state.accounts) write(app, account, member!, `To ${account.username}`);
  await app.clock.advance(1);
  await world.settle();
  expect(app.delivered).toHaveLength(2);
  const bodies = async (of: SimulatedChannel) =>
    (await conversations(of)).flatMap(({ messages }) => messages.nodes.map(({ body }) => body));
  expect(await bodies(first)).toEqual(['To fairweather']);
  expect(await bodies(other)).toEqual(['To fairweather2']);
});

test('what the simulator tells has the shape of the published samples', async () => {
  const folder = join(__dirname, '../../../src/connectors/instagram/fixtures');
  const shapeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shapeOf);
    if (typeof value !== 'object' || value === null) return typeof value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, shapeOf(inner)]));
  };
  const sample = (name: string) =>
    shapeOf(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  const told = async (name: string) => {
    simulation.happen(name);
    await simulation.settle();
    return shapeOf(JSON.parse(simulation.delivered.at(-1)!.body));
  };
  expect(await told('customer-answers-story')).toEqual(sample('chatwoot-story-reply'));
  expect(await told('customer-unsends')).toEqual(sample('chatwoot-unsend'));
  expect(await told('customer-writes')).toEqual(sample('text'));
  // the published comment answers another one
  simulation.happen('customer-comments');
  const { comments } = simulation.state;
  const [top] = [...comments.values()];
  haveComment(simulation, simulation.state.accounts[0]!, top!.from, 'This is an example.', top!);
  await simulation.settle();
  expect(shapeOf(JSON.parse(simulation.delivered.at(-1)!.body))).toEqual(sample('comment'));
});
