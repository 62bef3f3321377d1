import { randomUUID } from 'node:crypto';
import { Issuer } from '../auth/issuer';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { supportSettings } from './mail-context';
import { eventually, MailProgram, write } from './mail-people';
import { MailServer, whatIsMissing } from './mail-server';

const missing = whatIsMissing();
if (missing !== null && process.env.CI === 'true') throw new Error(`What is missing: ${missing}.`);
const describeThere = missing === null ? describe : describe.skip;

interface Message {
  id: string;
  direction: string;
  body: string;
  status: string | null;
  externalId: string | null;
  failure: { code: string; message: string } | null;
}

interface Conversation {
  id: string;
  subject: string | null;
  customer: { name: string | null } | null;
  messages: { nodes: Message[] };
}

const CONVERSATIONS = `query ($channelId: ID!) {
  conversations(first: 50, filter: { channelIds: [$channelId] }) {
    nodes {
      id subject customer { name }
      messages(first: 50) {
        nodes { id direction body status externalId failure { code message } }
      }
    }
  }
}`;

describeThere('talk by e-mail, through the API, with Dovecot and Postfix', () => {
  let server: MailServer;
  let parley: TestApp;
  let owner: Client;
  let agent: Client;
  let issuer: Issuer;
  let ana: MailProgram;
  let channelId: string;

  beforeAll(async () => {
    server = await MailServer.start();
    ana = await MailProgram.open(server, 'ana@customer.test', 'ana-pass');
    issuer = await Issuer.start(() => new Date());
    parley = await startTestApp(
      {
        PARLEY_SECRET_KEY: 'ab'.repeat(32),
        PARLEY_OUTGOING_ALLOW: '127.0.0.0/8,::1/128,localhost',
        PARLEY_OIDC_ISSUER: issuer.config.issuer,
        PARLEY_OIDC_AUDIENCE: issuer.config.audience,
        PARLEY_OIDC_JWKS_URL: issuer.config.jwksUrl,
      },
      'all',
      { clock: () => new Date() },
    );
    ({ owner } = await parley.workspace());
    const { channel } = await must<{ channel: { id: string } }>(
      owner,
      'channelConnect',
      { connector: 'email', input: { settings: supportSettings(server) } },
      'channel { id }',
    );
    channelId = channel.id;
    const email = 'eva@brand.test';
    await must(
      owner,
      'userInvite',
      { input: { email, name: 'Eva', role: 'AGENT' } },
      'user { id }',
    );
    agent = parley.as(await issuer.token({ sub: email, email, email_verified: true }));
  });
  afterAll(async () => {
    await parley?.close();
    await issuer?.stop();
    ana?.close();
    await server?.stop();
  });
  afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

  const conversations = async (of = channelId) => {
    const answer = await owner.query<{ conversations: { nodes: Conversation[] } }>(CONVERSATIONS, {
      channelId: of,
    });
    return answer.conversations.nodes;
  };
  const conversation = (subject: string) =>
    eventually(async () => (await conversations()).find((each) => each.subject === subject));
  const messageOf = (id: string, isMeant: (message: Message) => boolean) =>
    eventually(async () =>
      (await conversations()).find((each) => each.id === id)?.messages.nodes.find(isMeant),
    );
  const fromAna = (subject: string, more: object = {}) =>
    write(server, {
      from: 'Ana Kupec <ana@customer.test>',
      to: 'support@brand.test',
      subject,
      text: 'Where is my parcel?',
      ...more,
    });
  const answer = (conversationId: string, body: string) =>
    must<{ message: Message }>(
      agent,
      'messageSend',
      { conversationId, input: { body } },
      'message { id externalId }',
    );
  /** A conversation with somebody who wrote first. */
  const begunBy = async (from: string, subject: string) => {
    await write(server, { from, to: 'support@brand.test', subject, text: 'Hello' });
    return conversation(subject);
  };

  test('a customer writes, reads the answer, and answers in the same conversation', async () => {
    await fromAna('Paket 42');
    const talk = await conversation('Paket 42');
    expect(talk.customer).toEqual({ name: 'Ana Kupec' });
    await answer(talk.id, 'We are checking.');
    const got = await ana.find(({ subject }) => subject === 'Re: Paket 42');
    expect(got.text).toContain('We are checking.');
    await messageOf(
      talk.id,
      ({ body, status }) => body === 'We are checking.' && status === 'SENT',
    );

    await fromAna('Re: Paket 42', {
      inReplyTo: got.messageId,
      references: [got.references!, got.messageId!],
      text: 'Thanks!\n\nOn Sunday, Support wrote:\n> We are checking.\n',
    });
    await messageOf(talk.id, ({ body }) => body === 'Thanks!');
    // a program that drops the headers: the address for answers is left
    await fromAna('no headers', { to: got.replyTo![0]!.address, text: 'Still me' });
    await messageOf(talk.id, ({ body }) => body === 'Still me');
    expect((await conversations()).filter(({ subject }) => subject === 'no headers')).toEqual([]);
  });

  test('one mail that comes twice is one message', async () => {
    const messageId = `<twice.${randomUUID()}@customer.test>`;
    for (const to of ['support@brand.test', 'token@reply.brand.test']) {
      await fromAna('Twice', { to, messageId });
    }
    await fromAna('After the two');
    await conversation('After the two');
    const { messages } = await conversation('Twice');
    expect(messages.nodes).toHaveLength(1);
  });

  test('who is away answers by a machine, in the conversation', async () => {
    const talk = await begunBy('away@customer.test', 'Are you there');
    await answer(talk.id, 'We are.');
    await messageOf(talk.id, ({ body }) => body.includes('I am away until Monday.'));
  });

  test('a mailbox that a later server does not know fails the message, in words', async () => {
    const talk = await begunBy('ghost@customer.test', 'From a ghost');
    await answer(talk.id, 'Hello ghost');
    const { failure } = await messageOf(talk.id, ({ status }) => status === 'FAILED');
    expect(failure).toMatchObject({ code: 'RECIPIENT_UNKNOWN' });
  });

  test('a mailbox that the server refuses at once fails the message, in words', async () => {
    const talk = await begunBy('nobody@customer.test', 'From nobody');
    await answer(talk.id, 'Hello nobody');
    const { failure } = await messageOf(talk.id, ({ status }) => status === 'FAILED');
    expect(failure).toMatchObject({ code: 'RECIPIENT_UNKNOWN' });
  });

  test('a full mailbox fails the message, in words', async () => {
    const talk = await begunBy('full@customer.test', 'From a full house');
    await answer(talk.id, 'y'.repeat(5_000));
    const { failure } = await messageOf(talk.id, ({ status }) => status === 'FAILED');
    expect(failure).toMatchObject({ code: 'MAILBOX_FULL' });
  });

  test('answers to a contact form go out by the mailbox, and what comes back is at home in the form', async () => {
    const { channel: form } = await must<{ channel: { id: string; webhookUrl: string } }>(
      owner,
      'channelConnect',
      { connector: 'contact-form', input: { settings: { emailChannel: channelId } } },
      'channel { id webhookUrl }',
    );
    const fill = (email: string, message: string) =>
      fetch(form.webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Ana', email, message }),
      });
    const filled = async (message: string) =>
      eventually(async () =>
        (await conversations(form.id)).find(({ messages }) => messages.nodes[0]!.body === message),
      );
    const inForm = (id: string, isMeant: (message: Message) => boolean) =>
      eventually(async () =>
        (await conversations(form.id)).find((each) => each.id === id)?.messages.nodes.find(isMeant),
      );

    await fill('ana@customer.test', 'A form: where is it?');
    const talk = await filled('A form: where is it?');
    await answer(talk.id, 'It is on its way.');
    const got = await ana.find(({ text }) => text?.includes('It is on its way.') === true);
    expect(got.text).toContain('> A form: where is it?');
    await inForm(talk.id, ({ status }) => status === 'SENT');
    await fromAna(`Re: ${got.subject}`, { inReplyTo: got.messageId, text: 'Thanks, form!' });
    await inForm(talk.id, ({ body }) => body === 'Thanks, form!');
    // by the address for answers alone
    await fromAna('no headers', { to: got.replyTo![0]!.address, text: 'Still me, form' });
    await inForm(talk.id, ({ body }) => body === 'Still me, form');
    await answer(talk.id, 'Welcome.');
    const second = await ana.find(({ text }) => text?.includes('Welcome.') === true);
    expect(second.inReplyTo).toBeDefined();

    await fill('ghost@customer.test', 'A form by a ghost');
    const ghost = await filled('A form by a ghost');
    await answer(ghost.id, 'Hello ghost');
    const { failure } = await inForm(ghost.id, ({ status }) => status === 'FAILED');
    expect(failure).toMatchObject({ code: 'RECIPIENT_UNKNOWN' });
    const texts = (await conversations()).flatMap(({ messages }) =>
      messages.nodes.map(({ body }) => body),
    );
    expect(texts.filter((text) => /form/.test(text))).toEqual([]);
  });

  test('reading goes on after the server has closed the connection', async () => {
    server.kick('support@brand.test');
    await fromAna('After the kick');
    await conversation('After the kick');
  });

  test('a password that is no good any longer needs a person', async () => {
    const { channel } = await must<{ channel: { id: string } }>(
      owner,
      'channelConnect',
      {
        connector: 'email',
        input: {
          settings: {
            ...supportSettings(server),
            address: 'sales@brand.test',
            replyAddress: undefined,
            password: 'sales-pass',
          },
        },
      },
      'channel { id }',
    );
    server.changePassword('sales-pass', 'another');
    await eventually(async () => {
      // again, because it may just have signed in with the password that was good until now
      server.kick('sales@brand.test');
      const { node } = await owner.query<{ node: { health: { status: string } } }>(
        `query ($id: ID!) { node(id: $id) { ... on Channel { health { status } } } }`,
        { id: channel.id },
      );
      return node.health.status === 'NEEDS_RECONNECT';
    });
  });
});
