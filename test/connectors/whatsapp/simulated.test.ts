import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleMessage } from '../../../src/connectors/kit/conformance/example-message';
import type { ConnectorContext } from '../../../src/connectors/kit/connector';
import { RetryLater } from '../../../src/connectors/kit/errors';
import { findSent } from '../../../src/connectors/whatsapp/send';
import type { Simulation } from '../../../src/simulator/simulation';
import { whatsapp } from '../../../src/simulator/whatsapp';
import { personNamed, type WhatsAppAccount } from '../../../src/simulator/whatsapp/account';
import { decideTemplate, say, sayText } from '../../../src/simulator/whatsapp/tell';
import { SimulatedWorld, type SimulatedChannel } from '../../simulator/simulated-world';
import { must, refused } from '../../support/call';
import { hasDocument, OfficialDocument } from './official-document';

let world: SimulatedWorld;
beforeAll(async () => {
  world = await SimulatedWorld.create();
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

const simulations: Simulation<WhatsAppAccount>[] = [];
const HOUR = 3_600;
const quiet = { habits: { answers: 0 } };

interface Talk {
  simulation: Simulation<WhatsAppAccount>;
  channel: SimulatedChannel;
  conversationId: string;
}

/** A channel on a simulated WhatsApp, in which a customer has written. */
async function talk(): Promise<Talk> {
  const simulation = await world.simulate(whatsapp, quiet);
  simulations.push(simulation);
  const channel = await world.connect(simulation);
  await world.settle();
  sayText(simulation, personNamed(simulation, 'Ada Fenwick'), 'Where is my parcel?');
  await world.settle();
  const { conversations } = await channel.owner.query<{
    conversations: { nodes: { id: string }[] };
  }>('{ conversations { nodes { id } } }');
  return { simulation, channel, conversationId: conversations.nodes[0]!.id };
}

interface Shown {
  id: string;
  body: string;
  status: string;
  failure: { code: string; message: string } | null;
  content: Record<string, unknown> | null;
}

async function send({ channel, conversationId }: Talk, input: object): Promise<string> {
  const args = { conversationId, input };
  const { message } = await must<{ message: { id: string } }>(
    channel.owner,
    'messageSend',
    args,
    'message { id }',
  );
  return message.id;
}

async function show({ channel }: Talk, id: string): Promise<Shown> {
  const { node } = await channel.owner.query<{ node: Shown }>(
    `query ($id: ID!) { node(id: $id) { ... on Message { id body status failure { code message } content } } }`,
    { id },
  );
  return node;
}

const lastSent = ({ simulation }: Talk) => simulation.state.sent.at(-1)!.json;

test('an answer is sent, delivered and read', async () => {
  const here = await talk();
  const id = await send(here, { body: 'We are looking for it: https://example.com/40217' });
  await world.settle();
  expect(await show(here, id)).toMatchObject({ status: 'SENT' });
  expect(lastSent(here)).toMatchObject({
    ...{ to: '4915550000001', type: 'text', recipient_type: 'individual' },
    text: { preview_url: true },
  });
  expect(lastSent(here)).not.toHaveProperty('context');
  await world.advance(3);
  expect(await show(here, id)).toMatchObject({ status: 'READ' });
});

test('the channel’s address is told to the platform once it answers', async () => {
  const { simulation, channel } = await talk();
  const [hook] = simulation.hooks;
  expect(simulation.hooks).toHaveLength(1);
  expect(hook).toMatchObject({ url: channel.webhookUrl });
});

test('a status that comes before the answer to sending finds its message', async () => {
  const here = await talk();
  here.simulation.faults.set({ echoFirst: true });
  const id = await send(here, { body: 'On its way.' });
  await world.settle();
  expect(await show(here, id)).toMatchObject({ status: 'SENT' });
  here.simulation.faults.clear();
  const { messages } = await messagesOf(here);
  expect(messages).toBe(2);
});

test('a message whose answer is lost is sent once: its status tells', async () => {
  const here = await talk();
  here.simulation.faults.next('cutOff');
  const id = await send(here, { body: 'It leaves tomorrow.' });
  await world.settle();
  expect(await show(here, id)).toMatchObject({ status: 'SENT' });
  expect(here.simulation.state.sent).toHaveLength(1);
});

test('where no status tells either, it is waited for, and then a person decides', async () => {
  const here = await talk();
  here.simulation.faults.next('failing');
  const id = await send(here, { body: 'It leaves tomorrow.' });
  await world.parley.app.drain();
  expect(await show(here, id)).toMatchObject({ status: 'SENDING' });
  expect(here.simulation.state.sent).toHaveLength(0);
  const queuedAt = world.parley.now();
  const look = (seconds: number) =>
    findSent(exampleMessage({ queuedAt }), {
      clock: () => new Date(queuedAt.getTime() + seconds * 1_000),
    } as ConnectorContext);
  await expect(look(119)).rejects.toBeInstanceOf(RetryLater);
  expect(await look(120)).toBeNull();
});

test('a named answer quotes; files, choices, reactions and read marks go out', async () => {
  const here = await talk();
  const { owner } = here.channel;
  const { first } = await messagesOf(here);
  await send(here, { body: 'This one?', replyToId: first });
  await world.settle();
  expect(lastSent(here)).toHaveProperty('context.message_id');

  const choices = [
    { title: 'Yes', payload: 'yes' },
    { title: 'No', payload: 'no' },
  ];
  await send(here, { body: 'Is it the blue one?', choices });
  await world.settle();
  expect(lastSent(here)).toMatchObject({ interactive: { type: 'button' } });
  const many = ['Mon', 'Tue', 'Wed', 'Thu'].map((title) => ({ title }));
  await send(here, { body: 'Which day?', choices: many });
  await world.settle();
  expect(lastSent(here)).toMatchObject({ interactive: { type: 'list' } });

  const upload = await fetch(`${world.parley.url}/uploads?fileName=invoice.pdf`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/pdf' },
    body: '%PDF-1.4 a file',
  });
  const { id: uploadId } = (await upload.json()) as { id: string };
  await send(here, { body: 'Your invoice', attachmentIds: [uploadId] });
  await world.settle();
  const { document } = lastSent(here) as { document: { id: string } };
  expect(document).toMatchObject({ caption: 'Your invoice', filename: 'invoice.pdf' });
  expect(here.simulation.media.find(document.id)?.bytes.toString()).toBe('%PDF-1.4 a file');

  await must(owner, 'messageReact', { id: first, reaction: '👍' }, 'message { id }');
  await world.settle();
  expect(lastSent(here)).toMatchObject({ type: 'reaction', reaction: { emoji: '👍' } });
  await must(owner, 'conversationMarkRead', { id: here.conversationId }, 'conversation { id }');
  await world.settle();
  expect(here.simulation.state.readMarks).toHaveLength(1);
});

test('what WhatsApp would not take is refused before, with its place', async () => {
  const here = await talk();
  const places = async (input: object) => {
    const args = { conversationId: here.conversationId, input };
    const problems = await refused(here.channel.owner, 'messageSend', args);
    return problems.map(({ path }) => path?.join('.'));
  };
  const titles = (count: number) => Array.from({ length: count }, (_, n) => ({ title: `${n}` }));
  expect(await places({ body: 'x'.repeat(4_097) })).toEqual(['input.body']);
  expect(await places({ body: 'x'.repeat(1_025), choices: titles(2) })).toEqual(['input.body']);
  expect(await places({ body: 'Which?', choices: titles(11) })).toEqual(['input.choices']);
  const long = [{ title: 'x'.repeat(25) }, { title: 'same' }, { title: 'same' }];
  expect(await places({ body: 'Which?', choices: long })).toEqual([
    'input.choices.0.title',
    'input.choices.2.title',
  ]);
  const smuggled = { body: 'Hello', content: { fromTemplate: { name: 'x' } } };
  expect(await places(smuggled)).toEqual(['input.content.fromTemplate']);
});

test('a file of a customer’s is fetched while its address lives', async () => {
  const here = await talk();
  here.simulation.happen('customer-sends-photo');
  await world.settle();
  const { nodes } = await files(here);
  expect(nodes).toMatchObject([{ status: 'STORED', contentType: 'image/png' }]);
});

describe('a template', () => {
  const filled = {
    ...{ name: 'parcel_delayed', language: 'en_US' },
    parameters: [
      { key: 'header.1', value: '40217' },
      { key: 'body.1', value: 'Ada' },
      { key: 'body.2', value: 'Friday' },
      { key: 'button.3', value: '40217' },
    ].map(({ key, value }) => ({ key: key === 'button.3' ? 'button.0' : key, value })),
  };

  test('is synced when the channel is connected, and when the platform tells', async () => {
    const { simulation, channel } = await talk();
    const read = async () =>
      (
        await channel.owner.query<{ messageTemplates: { nodes: object[] } }>(
          `query ($id: ID!) { messageTemplates(channelId: $id) { nodes {
             name language status statusReason category body parameters { key kind example } } } }`,
          { id: channel.id },
        )
      ).messageTemplates.nodes;
    expect(await read()).toMatchObject([
      { name: 'how_was_it', status: 'APPROVED', parameters: [] },
      {
        name: 'parcel_delayed',
        body: 'Your order {{header.1}}\n\nHello {{body.1}}, your parcel is delayed. We expect it on {{body.2}}.\n\nLamp & Kettle',
        parameters: [
          { key: 'header.1', kind: 'TEXT', example: '40217' },
          { key: 'body.1', kind: 'TEXT', example: 'Ada' },
          { key: 'body.2', kind: 'TEXT', example: 'Friday' },
          { key: 'button.0', kind: 'URL', example: '40217' },
        ],
      },
      {
        name: 'spring_sale',
        ...{ status: 'REJECTED', statusReason: 'INCORRECT_CATEGORY' },
        parameters: [{ key: 'body.first_name', example: 'Ada' }],
      },
    ]);
    decideTemplate(simulation, 'how_was_it', 'PAUSED', 'LOW_QUALITY');
    await world.settle();
    expect((await read())[0]).toMatchObject({ status: 'PAUSED', statusReason: 'LOW_QUALITY' });
    simulation.state.templates.splice(0, 1);
    const { templateCount } = await must<{ templateCount: number }>(
      channel.owner,
      'messageTemplatesSync',
      { channelId: channel.id },
      'templateCount',
    );
    expect(templateCount).toBe(2);
    expect(await read()).toHaveLength(2);
  });

  test('goes out when free text can’t, and its text is the message’s', async () => {
    const here = await talk();
    world.parley.setTime(new Date(world.parley.now().getTime() + 25 * HOUR * 1_000));
    const { owner } = here.channel;
    const { conversationId } = here;
    const text = { conversationId, input: { body: 'Hello?' } };
    expect(await refused(owner, 'messageSend', text)).toMatchObject([
      { code: 'REPLY_NOT_ALLOWED' },
    ]);
    const { conversation } = await owner.query<{ conversation: { canReply: object } }>(
      'query ($id: ID!) { conversation(id: $id) { canReply { allowed reason message } } }',
      { id: conversationId },
    );
    expect(conversation.canReply).toMatchObject({
      ...{ allowed: false, reason: 'WINDOW_CLOSED' },
      message: expect.stringContaining('Send a template') as string,
    });
    const id = await send(here, { template: filled });
    await world.settle();
    expect(await show(here, id)).toMatchObject({
      status: 'SENT',
      body: 'Your order 40217\n\nHello Ada, your parcel is delayed. We expect it on Friday.\n\nLamp & Kettle',
    });
    expect(lastSent(here)).toMatchObject({
      template: {
        name: 'parcel_delayed',
        components: [
          { type: 'header', parameters: [{ type: 'text', text: '40217' }] },
          { type: 'body', parameters: [{ text: 'Ada' }, { text: 'Friday' }] },
          { type: 'button', sub_type: 'url', index: '0' },
        ],
      },
    });
  });

  test('with something missing, too much, or not approved is refused with the place', async () => {
    const here = await talk();
    const refusal = async (template: object, more: object = {}) => {
      const args = { conversationId: here.conversationId, input: { template, ...more } };
      const problems = await refused(here.channel.owner, 'messageSend', args);
      return problems.map(({ path }) => path?.join('.'));
    };
    const [header, ...rest] = filled.parameters;
    expect(await refusal({ ...filled, parameters: rest })).toEqual(['input.template.parameters']);
    const extra = [...filled.parameters, { key: 'body.9', value: 'x' }];
    expect(await refusal({ ...filled, parameters: extra })).toEqual([
      'input.template.parameters.4.key',
    ]);
    const twice = [header!, ...filled.parameters];
    expect(await refusal({ ...filled, parameters: twice })).toEqual([
      'input.template.parameters.1.key',
    ]);
    const empty = [{ ...header!, value: ' ' }, ...rest];
    expect(await refusal({ ...filled, parameters: empty })).toEqual([
      'input.template.parameters.0.value',
    ]);
    expect(await refusal({ name: 'nothing', language: 'en_US' })).toEqual(['input.template.name']);
    const sale = { name: 'spring_sale', language: 'en_US' };
    expect(await refusal(sale)).toEqual(['input.template.name', 'input.template.parameters']);
    expect(await refusal(filled, { body: 'and this' })).toEqual(['input.body']);
  });
});

test('rate limits wait, a dead token stops the channel, and what is refused says why', async () => {
  const here = await talk();
  here.simulation.faults.next('rateLimited');
  const late = await send(here, { body: 'One.' });
  await untilSettled(here, late);
  expect(await show(here, late)).toMatchObject({ status: 'SENT' });
  here.simulation.faults.set({ windowClosed: true });
  const closed = await send(here, { body: 'Two.' });
  await world.settle();
  expect(await show(here, closed)).toMatchObject({
    status: 'FAILED',
    failure: { code: 'WINDOW_CLOSED' },
  });
  here.simulation.faults.clear();
  here.simulation.faults.set({ tokenDead: true });
  const waiting = await send(here, { body: 'Three.' });
  await world.settle();
  const { channels } = await here.channel.owner.query<{
    channels: { nodes: { health: { status: string } }[] };
  }>('{ channels { nodes { health { status } } } }');
  expect(channels.nodes[0]!.health.status).toBe('NEEDS_RECONNECT');
  expect(await show(here, waiting)).toMatchObject({ status: 'QUEUED' });
});

async function untilSettled(here: Talk, id: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    await world.settle();
    const { status } = await show(here, id);
    if (!['QUEUED', 'SENDING'].includes(status)) return;
    world.parley.setTime(new Date(world.parley.now().getTime() + 30_000));
  }
}

async function messagesOf({ channel, conversationId }: Talk) {
  const { conversation } = await channel.owner.query<{
    conversation: { messages: { nodes: { id: string }[] } };
  }>(`query ($id: ID!) { conversation(id: $id) { messages { nodes { id } } } }`, {
    id: conversationId,
  });
  const { nodes } = conversation.messages;
  return { first: nodes[0]!.id, messages: nodes.length };
}

async function files({ channel }: Talk) {
  const { conversations } = await channel.owner.query<{
    conversations: {
      nodes: { messages: { nodes: { attachments: { nodes: object[] } }[] } }[];
    };
  }>(
    '{ conversations { nodes { messages { nodes { attachments { nodes { status contentType } } } } } } }',
  );
  const messages = conversations.nodes.flatMap((it) => it.messages.nodes);
  return { nodes: messages.flatMap((it) => it.attachments.nodes) };
}

test('a person with a user id beside their number is one person', async () => {
  const here = await talk();
  const person = personNamed(here.simulation, 'Ada Fenwick');
  person.userId = 'DE.77';
  say(here.simulation, person, { type: 'text', text: { body: 'Me again.' } });
  await world.settle();
  expect(await messagesOf(here)).toMatchObject({ messages: 2 });
});

describe('Meta’s own document', () => {
  const run = hasDocument ? test : test.skip;
  const samples = join(__dirname, '../../../../shared/payloads/whatsapp-rest');
  const kinds =
    /(text|image|audio|video|document|reaction|list)-message(-by-id)?|reply-button|receipt/;
  const contradicting = /reply-to-list|preview-url|(message-template|sample)-text/;

  run('takes its own examples of what is sent here, and no others', () => {
    const document = new OfficialDocument();
    const names = existsSync(samples) ? readdirSync(samples) : [];
    const sends = names.filter(
      (name) => /^messages-post-req-/.test(name) && kinds.test(name) && !contradicting.test(name),
    );
    const wrong = sends.flatMap((name) => {
      const json = JSON.parse(readFileSync(join(samples, name), 'utf8')) as object;
      return document.problemsOfMessage(json as never).map((problem) => `${name}: ${problem}`);
    });
    expect(wrong).toEqual([]);
    const text = {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '1',
      type: 'text',
    };
    expect(document.problemsOfMessage({ ...text, text: { body: 'a' } })).toEqual([]);
    expect(document.problemsOfMessage({ ...text, text: { bodi: 'a' } })).not.toEqual([]);
    expect(document.problemsOfMessage({ ...text, text: { body: 'a' }, more: 1 })).not.toEqual([]);
    expect(document.problemsOfMessage({ ...text, to: 7, text: { body: 'a' } })).not.toEqual([]);
  });

  run('takes everything that was sent here', () => {
    const document = new OfficialDocument();
    const sent = simulations.flatMap(({ state }) => state.sent);
    const types = new Set(sent.map(({ json }) => json['type']));
    expect([...types].sort()).toEqual(['document', 'interactive', 'reaction', 'template', 'text']);
    expect(sent.flatMap(({ json }) => document.problemsOfMessage({ ...json }))).toEqual([]);
  });

  run('takes what the simulated platform tells', () => {
    const document = new OfficialDocument();
    const told = simulations.flatMap(({ delivered }) => delivered);
    expect(told.length).toBeGreaterThan(20);
    const changes = told.flatMap(({ body }) => {
      const { entry } = JSON.parse(body) as { entry: { changes: Change[] }[] };
      return entry.flatMap((it) => it.changes).filter(({ field }) => field === 'messages');
    });
    const problems = changes.flatMap(({ value }) => document.problemsOfTold(value));
    expect(problems).toEqual([]);
  });
});

interface Change {
  field: string;
  value: Record<string, unknown>;
}
