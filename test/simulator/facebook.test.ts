import { facebook as connector } from '../../src/connectors/facebook';
import { exampleMessage } from '../../src/connectors/kit/conformance/example-message';
import { facebook } from '../../src/simulator/facebook';
import { enqueue } from '../../src/jobs/queue';
import { comment, shownComment } from '../../src/simulator/facebook/comments';
import { publish, write } from '../../src/simulator/facebook/people';
import { asDweller, dwellerOf, type Facebook } from '../../src/simulator/facebook/state';
import type { Simulation, SimulationOptions } from '../../src/simulator/simulation';
import { must } from '../support/call';
import { uuid } from '../support/owner';
import { SimulatedWorld, type SimulatedChannel } from './simulated-world';

/** A Page on a simulated Facebook, connected, and talked to through the API. */

let world: SimulatedWorld;
beforeAll(async () => {
  world = await SimulatedWorld.create();
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

interface Message {
  id: string;
  externalId: string;
  direction: string;
  body: string;
  status: string | null;
  failure: { code: string } | null;
  hiddenAt: string | null;
  deletedAt: string | null;
  reactions: { nodes: { reaction: string; customer: object | null }[] };
  actions: { nodes: { kind: string; status: string }[] };
}

interface Talk {
  id: string;
  visibility: string;
  customer: { name: string } | null;
  post: { body: string | null; authorName: string | null } | null;
  linkedConversations: { id: string }[];
  messages: { nodes: Message[] };
}

const TALKS = `{ conversations(first: 5, orderBy: STARTED_ASC) { nodes {
  id visibility customer { name } post { body authorName } linkedConversations { id }
  messages(first: 10) { nodes { id externalId direction body status failure { code } hiddenAt deletedAt
    reactions(first: 3) { nodes { reaction customer { name } } } actions(first: 5) { nodes { kind status } } } }
} } }`;

class Stage {
  private constructor(
    readonly simulation: Simulation<Facebook>,
    readonly channel: SimulatedChannel,
  ) {}

  static async open(options: SimulationOptions = {}): Promise<Stage> {
    const simulation = await world.simulate(facebook, { habits: { answers: 0 }, ...options });
    return new Stage(simulation, await world.connect(simulation));
  }

  get page() {
    return this.simulation.state.pages[0]!;
  }

  person(name = 'Ada Fenwick') {
    return dwellerOf(this.simulation.state, name, this.simulation.random);
  }

  /** Somebody writes by Messenger; gives the conversation. */
  async written(text: string): Promise<Talk> {
    write(this.simulation, this.page.id, this.person(), text);
    await world.settle();
    return (await this.talks()).find(({ visibility }) => visibility === 'PRIVATE')!;
  }

  /** Somebody comments on a post of the Page's; gives the conversation. */
  async commented(text: string): Promise<Talk> {
    const post = publish(this.simulation, asDweller(this.page), 'Open on Saturday');
    comment(this.simulation, post, null, this.person(), text);
    await world.settle();
    return (await this.talks()).find(({ messages }) => messages.nodes[0]?.body === text)!;
  }

  async talks(): Promise<Talk[]> {
    const { conversations } = await this.channel.owner.query<{ conversations: { nodes: Talk[] } }>(
      TALKS,
    );
    return conversations.nodes;
  }

  async messages(id: string): Promise<Message[]> {
    return (await this.talks()).find((talk) => talk.id === id)!.messages.nodes;
  }

  async send(conversationId: string, body: string): Promise<string> {
    const args = { conversationId, input: { body } };
    const { message } = await this.do<{ message: { id: string } }>('messageSend', args);
    return message.id;
  }

  do<T>(name: string, args: object): Promise<T> {
    return must<T>(this.channel.owner, name, args, 'message { id }');
  }

  async health(): Promise<string> {
    const { channels } = await this.channel.owner.query<{
      channels: { nodes: { health: { status: string } }[] };
    }>('{ channels { nodes { health { status } } } }');
    return channels.nodes[0]!.health.status;
  }
}

describe('Messenger', () => {
  test('somebody writes, is known by name, is answered, and reads it', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Where is my parcel? 🚚');
    await world.settle();
    expect((await stage.talks())[0]).toMatchObject({
      visibility: 'PRIVATE',
      customer: { name: 'Ada Fenwick' },
      messages: { nodes: [{ direction: 'INBOUND', body: 'Where is my parcel? 🚚' }] },
    });
    await stage.send(talk.id, 'On its way.');
    await world.settle();
    await world.advance(1);
    expect((await stage.messages(talk.id))[1]).toMatchObject({ status: 'DELIVERED' });
    await world.advance(10);
    expect(await stage.messages(talk.id)).toMatchObject([
      { direction: 'INBOUND' },
      { direction: 'OUTBOUND', body: 'On its way.', status: 'READ' },
    ]);
  });

  test.each([
    ['an echo that overtakes the answer', { echoFirst: true }],
    ['an answer that fails after it was sent', { failingAfter: 0 }],
    ['a connection that is cut after it was sent', { cutOff: 0 }],
  ])('%s makes no second message', async (_name, fault) => {
    const stage = await Stage.open();
    const talk = await stage.written('Hello?');
    if ('failingAfter' in fault) stage.simulation.faults.next('failingAfter');
    else if ('cutOff' in fault) stage.simulation.faults.next('cutOff');
    else stage.simulation.faults.set(fault);
    const id = await stage.send(talk.id, 'Hello!');
    await world.parley.app.drain();
    await world.settle();
    await world.becomes(async () => /SENT|READ/.test((await stage.messages(talk.id))[1]!.status!));
    await world.settle();
    expect(stage.simulation.state.talks[0]!.messages).toHaveLength(2);
    expect((await stage.messages(talk.id)).map((message) => message.id)).toHaveLength(2);
    expect((await stage.messages(talk.id))[1]).toMatchObject({ id, failure: null });
  });

  test('what another tool sends is the company’s too', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Hello?');
    const timestamp = world.parley.now().getTime();
    const { id } = stage.page;
    stage.simulation.tell(id, {
      messaging: {
        ...{ sender: { id }, recipient: { id: stage.person().id }, timestamp },
        message: { mid: 'm_other', is_echo: true, app_id: 263902037430900, text: 'By the inbox' },
      },
    });
    await world.settle();
    expect((await stage.messages(talk.id))[1]).toMatchObject({
      ...{ direction: 'OUTBOUND', body: 'By the inbox', status: 'SENT' },
    });
  });

  test('what another app has is read along, and is answered again once it is handed over', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Hello?');
    const { id } = stage.page;
    const [customer, page] = [{ id: stage.person().id }, { id }];
    const happens = async (list: 'standby' | 'messaging', event: object) => {
      await world.advance(1);
      const timestamp = world.parley.now().getTime();
      stage.simulation.tell(id, {
        [list]: { sender: customer, recipient: page, timestamp, ...event },
      });
      await world.settle();
      const { conversation } = await stage.channel.owner.query<{ conversation: object }>(
        'query ($id: ID!) { conversation(id: $id) { canReply { allowed message } } }',
        { id: talk.id },
      );
      return conversation;
    };
    const refused = (words: RegExp) => ({
      canReply: { allowed: false, message: expect.stringMatching(words) as string },
    });
    const standby = { message: { mid: 'm_to_the_bot', text: 'To the bot' } };
    expect(await happens('standby', standby)).toMatchObject(refused(/^Another app has/));
    expect((await stage.messages(talk.id)).map(({ body }) => body)).toEqual([
      'Hello?',
      'To the bot',
    ]);
    const toUs = { new_owner_app_id: Number(stage.simulation.state.appId) };
    const allowed = { canReply: { allowed: true, message: null } };
    expect(await happens('messaging', { pass_thread_control: toUs })).toMatchObject(allowed);
    const away = { pass_thread_control: { new_owner_app_id: 263902037430900 } };
    expect(await happens('messaging', away)).toMatchObject(refused(/\(263902037430900\)/));
    const back = { message: { mid: 'm_back', text: 'A person, please' } };
    expect(await happens('messaging', back)).toMatchObject(allowed);
  });

  test('after a day a machine is refused before, and a person is tagged for seven', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Hello?');
    const context = await world.parley.app.connections.connectorContext(
      stage.channel.workspaceId,
      uuid(stage.channel.id),
      new AbortController().signal,
    );
    await world.advance(25 * 3_600);
    const args = { conversationId: talk.id, input: { body: 'Too late' } };
    const { owner } = stage.channel;
    expect(await world.problems(owner, 'messageSend', args)).toMatchObject([
      { code: 'REPLY_NOT_ALLOWED', reason: 'WINDOW_CLOSED' },
    ]);
    const lastInboundAt = new Date(world.parley.now().getTime() - 25 * 3_600_000);
    const conversation = { threadKey: stage.person().id, lastInboundAt };
    const late = exampleMessage({ conversation, replyTo: null });
    await connector.send(late, context);
    expect(stage.simulation.state.talks[0]!.messages).toHaveLength(2);
    await expect(connector.send({ ...late, isHuman: false }, context)).rejects.toMatchObject({
      code: 'WINDOW_CLOSED',
    });
    await world.settle();
  });

  test('a window that has closed on the platform alone fails the message, with the reason', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Hello?');
    stage.simulation.faults.set({ windowClosed: true });
    await stage.send(talk.id, 'Hello!');
    await world.settle();
    expect((await stage.messages(talk.id))[1]).toMatchObject({
      ...{ status: 'FAILED', failure: { code: 'WINDOW_CLOSED' } },
    });
  });

  test('files, choices, read marks and reactions go out', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Which one?');
    const { owner } = stage.channel;
    const upload = await fetch(`${world.parley.url}/uploads?fileName=lamp.png`, {
      method: 'POST',
      headers: { 'content-type': 'image/png', authorization: `Bearer ${owner.token}` },
      body: 'pixels',
    });
    const { id } = (await upload.json()) as { id: string };
    const conversationId = talk.id;
    await stage.do('messageSend', { conversationId, input: { body: '', attachmentIds: [id] } });
    const choices = [
      { title: 'This', payload: 'A' },
      { title: 'That', payload: 'B' },
    ];
    await stage.do('messageSend', { conversationId, input: { body: 'Choose', choices } });
    await stage.do('conversationMarkRead', { id: talk.id });
    await stage.do('messageReact', { id: talk.messages.nodes[0]!.id, reaction: '❤️' });
    await world.settle();
    const messages = await stage.messages(talk.id);
    expect(messages.map(({ status }) => status)).toEqual([null, 'SENT', 'SENT']);
    expect(messages[0]!.actions.nodes).toEqual([
      { kind: 'MARK_READ', status: 'DONE' },
      { kind: 'REACT', status: 'DONE' },
    ]);
    expect(messages[0]!.reactions.nodes).toEqual([{ reaction: '❤️', customer: null }]);
    expect(stage.simulation.state.talks[0]!.messages.map(({ isFile }) => isFile)).toEqual([
      ...[false, true, false],
    ]);
  });
});

describe('under posts', () => {
  test('a comment is a conversation under its post, and is answered', async () => {
    const stage = await Stage.open();
    const talk = await stage.commented('Is the blue one coming back?');
    expect(talk).toMatchObject({
      visibility: 'PUBLIC',
      customer: { name: 'Ada Fenwick' },
      post: { body: 'Open on Saturday', authorName: 'Acme Workshop' },
    });
    await stage.send(talk.id, 'In May!');
    await world.settle();
    expect(await stage.messages(talk.id)).toMatchObject([
      { direction: 'INBOUND' },
      { direction: 'OUTBOUND', body: 'In May!', status: 'SENT' },
    ]);
    expect(await stage.talks()).toHaveLength(1);
    expect(stage.simulation.state.comments.map(({ text }) => text)).toEqual([
      ...['Is the blue one coming back?', 'In May!'],
    ]);
  });

  test.each([['failingAfter'], ['cutOff']] as const)(
    'a comment that was made though its answer says otherwise (%s) is made once',
    async (fault) => {
      const stage = await Stage.open();
      const talk = await stage.commented('Does it fit?');
      // its news must not come to the rescue
      stage.page.fields = [];
      stage.simulation.faults.next(fault);
      await stage.send(talk.id, 'It does.');
      await world.becomes(async () => (await stage.messages(talk.id))[1]!.status === 'SENT');
      expect(stage.simulation.state.comments).toHaveLength(2);
      const made = stage.simulation.state.comments[1]!;
      expect((await stage.messages(talk.id))[1]!.externalId).toBe(made.id);
    },
  );

  test('a comment is hidden, shown, liked and deleted', async () => {
    const stage = await Stage.open();
    const talk = await stage.commented('Rude words');
    const { id } = talk.messages.nodes[0]!;
    await stage.do('messageHide', { id });
    await world.settle();
    expect(shownComment(stage.simulation.state.comments[0]!)).toMatchObject({ is_hidden: true });
    expect((await stage.messages(talk.id))[0]!.hiddenAt).not.toBeNull();
    await world.advance(2);
    await stage.do('messageShow', { id });
    await stage.do('messageReact', { id, reaction: 'like' });
    await world.settle();
    expect(stage.simulation.state.comments[0]).toMatchObject({ isHidden: false });
    expect((await stage.messages(talk.id))[0]).toMatchObject({
      hiddenAt: null,
      reactions: { nodes: [{ reaction: 'like', customer: null }] },
    });
    await stage.do('messageDelete', { id });
    await world.settle();
    expect(stage.simulation.state.comments).toEqual([]);
    expect((await stage.messages(talk.id))[0]!.deletedAt).not.toBeNull();
  });

  test('a comment is answered in private, and goes on there', async () => {
    const stage = await Stage.open();
    const talk = await stage.commented('Nobody answers the phone.');
    const input = { body: 'We are sorry. What is the number of your order?' };
    await stage.do('messageReplyPrivately', { messageId: talk.messages.nodes[0]!.id, input });
    await world.settle();
    write(stage.simulation, stage.page.id, stage.person(), '40217');
    await world.settle();
    const [open, closed] = await stage.talks();
    expect(closed).toMatchObject({
      visibility: 'PRIVATE',
      customer: { name: 'Ada Fenwick' },
      linkedConversations: [{ id: open!.id }],
      messages: { nodes: [{ direction: 'OUTBOUND', status: 'SENT' }, { body: '40217' }] },
    });
    expect(open!.linkedConversations).toEqual([{ id: closed!.id }]);
  });

  test('a visitor’s post waits for an answer, which is a comment', async () => {
    const stage = await Stage.open();
    publish(stage.simulation, stage.person('Dag Lindahl'), 'Third day without an answer.');
    await world.settle();
    const [talk] = await stage.talks();
    expect(talk).toMatchObject({
      customer: { name: 'Dag Lindahl' },
      post: { authorName: 'Dag Lindahl' },
    });
    stage.simulation.faults.set({ echoFirst: true });
    await stage.send(talk!.id, 'We are on it.');
    await world.settle();
    expect(await stage.talks()).toMatchObject([
      {
        messages: { nodes: [{ direction: 'INBOUND' }, { status: 'SENT', body: 'We are on it.' }] },
      },
    ]);
  });
});

describe('the account', () => {
  test('a dead token is told of, nothing is lost, and all goes on once it lives', async () => {
    const stage = await Stage.open();
    const talk = await stage.written('Hello?');
    stage.simulation.faults.set({ tokenDead: true });
    await stage.send(talk.id, 'Hello!');
    await world.becomes(async () => (await stage.health()) === 'NEEDS_RECONNECT');
    const { owner, id } = stage.channel;
    const test = await must<{ ok: boolean }>(owner, 'channelTest', { id }, 'ok');
    expect(test.ok).toBe(false);
    stage.simulation.faults.clear();
    stage.page.token = 'EAAanewone';
    const input = { settings: { pageAccessToken: stage.page.token } };
    await must(owner, 'channelUpdate', { id, input }, 'channel { id }');
    await world.settle();
    expect((await stage.messages(talk.id))[1]).toMatchObject({ status: 'SENT' });
    expect(await stage.health()).toBe('OK');
  });

  test('a token that dies without a word is noticed within a day', async () => {
    const stage = await Stage.open();
    const probe = async () => {
      const { workspaceId } = stage.channel;
      await world.parley.app.units.transaction(workspaceId, (session) =>
        enqueue(session, { task: 'probe-channels', payload: {} }),
      );
      await world.parley.app.drain();
    };
    await probe();
    expect(await stage.health()).toBe('OK');
    stage.simulation.faults.set({ tokenDead: true });
    await probe();
    expect(await stage.health()).toBe('NEEDS_RECONNECT');
    stage.simulation.faults.clear();
    await probe();
    expect(await stage.health()).toBe('OK');
  });

  test('the Page is subscribed to on connecting, and no longer after disconnecting', async () => {
    const stage = await Stage.open();
    expect(stage.page.fields).toContain('feed');
    await must(
      stage.channel.owner,
      'channelDisconnect',
      { id: stage.channel.id },
      'channel { id }',
    );
    expect(stage.page.fields).toBeNull();
  });

  test('news of two Pages in one request come to both, twice and shuffled all the same', async () => {
    const simulation = await world.simulate(facebook, { habits: { answers: 0 } });
    const first = await world.connect(simulation);
    const [, other] = simulation.state.pages;
    const settings = { pageId: other!.id, pageAccessToken: other!.token };
    await world.connect(simulation, { settings }, first);
    // one address is enough
    for (const { id } of simulation.hooks.slice(1)) simulation.removeHook(id);
    simulation.faults.set({ batching: 4, duplicates: 1, reordering: 1 });
    const person = dwellerOf(simulation.state, 'Emi Sakai', simulation.random);
    for (const page of simulation.state.pages) {
      for (const text of ['One', 'Two']) write(simulation, page.id, person, text);
    }
    await world.advance(1);
    const { conversations } = await first.owner.query<{ conversations: { nodes: Talk[] } }>(TALKS);
    expect(conversations.nodes.map(({ messages }) => messages.nodes.length)).toEqual([2, 2]);
  });
});
