import { FakeSmtp, type HandedIn } from '../email/fake-smtp';
import { failedFor, letter, reportOf } from '../email/letters';
import { call, must, type WireProblem } from '../support/call';
import { ada, FormWorld, postJson, type ContactForm } from './form-world';

/** Answers to a form, which go out by a linked e-mail channel, and what comes back. */

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let world: FormWorld;
let smtp: FakeSmtp;

beforeAll(async () => {
  smtp = await FakeSmtp.start();
  world = await FormWorld.create(
    { PARLEY_OUTGOING_ALLOW: '127.0.0.0/8' },
    // what comes back has to be later than what it answers
    { clock: () => new Date() },
  );
});
afterAll(async () => {
  await world.close();
  await smtp.stop();
});
beforeEach(() => smtp.taken.splice(0));

/** Later than everything before, though mails know no milliseconds: the time of receipt then counts. */
const soon = () => new Date(Date.now() + 60_000).toUTCString();

interface Linked extends ContactForm {
  mailbox: { id: string; webhookUrl: string };
}

interface Said {
  id: string;
  body: string;
  direction: string;
  status: string | null;
  failure: { code: string; message: string } | null;
  authorCustomer: { id: string } | null;
  carrierChannel: { id: string } | null;
}

interface Talk {
  id: string;
  channel: { id: string };
  customer: { id: string };
  canReply: {
    allowed: boolean;
    reason: string | null;
    message: string | null;
    capabilities: { text: { longest: number } };
  };
  messages: { nodes: Said[] };
}

const connectMailbox = async ({ owner }: Pick<ContactForm, 'owner'>, address: string) => {
  const settings = { address, webhookSecret: SECRET, ...smtp.settings };
  const { channel } = await must<{ channel: Linked['mailbox'] }>(
    owner,
    'channelConnect',
    { connector: 'email', input: { settings } },
    'channel { id webhookUrl }',
  );
  return channel;
};
const update = (form: ContactForm, settings: object) =>
  must(form.owner, 'channelUpdate', { id: form.id, input: { settings } }, 'channel { id }');
const link = async (form: ContactForm): Promise<Linked> => {
  const mailbox = await connectMailbox(form, 'support@brand.test');
  await update(form, { emailChannel: mailbox.id });
  return { ...form, mailbox };
};
const linked = async () => link(await world.connect());

/** All conversations, the oldest first. */
const talks = async ({ owner }: ContactForm): Promise<Talk[]> => {
  await world.parley.app.drain();
  const { conversations } = await owner.query<{ conversations: { nodes: Talk[] } }>(
    `{ conversations(first: 20, orderBy: STARTED_ASC) { nodes {
      id channel { id } customer { id }
      canReply { allowed reason message capabilities { text { longest } } }
      messages(first: 20) { nodes {
        id body direction status failure { code message } authorCustomer { id } carrierChannel { id }
      } }
    } } }`,
  );
  return conversations.nodes;
};
const filled = async (form: ContactForm, answers: object = ada): Promise<Talk> => {
  await postJson(form, answers);
  return (await talks(form)).at(-1)!;
};
const answer = async (form: ContactForm, conversationId: string, body = 'We are checking.') => {
  const args = { conversationId, input: { body } };
  await must(form.owner, 'messageSend', args, 'message { id }');
  await world.parley.app.drain();
};
const problemsOf = async (form: ContactForm, name: string, args: object) => {
  const { userErrors } = await call<{ userErrors: (WireProblem & { reason: string | null })[] }>(
    form.owner,
    name,
    args,
    '{ userErrors { code reason message path } }',
  );
  return userErrors;
};
/** A mail comes to the linked mailbox. */
const arrive = async ({ mailbox }: Linked, raw: Buffer, copy = '') => {
  const authorization = `Basic ${Buffer.from(`forwarder:${SECRET}`).toString('base64')}`;
  const body = Buffer.concat([Buffer.from(copy), raw]);
  const response = await fetch(mailbox.webhookUrl, {
    ...{ method: 'POST', body, headers: { authorization } },
  });
  expect(response.status).toBe(200);
};
const replyTo = ({ mail }: HandedIn, headers: Record<string, string> = {}, body = 'Thanks!') =>
  letter(
    {
      From: 'Ada Lovelace <ada@example.com>',
      Subject: `Re: ${mail.subject}`,
      'Message-ID': '<reply@example.com>',
      'In-Reply-To': mail.messageId!,
      References: mail.messageId!,
      Date: soon(),
      ...headers,
    },
    body,
  );

test('an answer goes out by the linked mailbox, to the address that the form gave', async () => {
  const form = await linked();
  const { id, canReply } = await filled(form);
  expect(canReply).toMatchObject({ allowed: true, reason: null });
  await answer(form, id);
  const [mail, ...others] = smtp.taken;
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    to: ['ada@example.com', 'support@brand.test'],
    mail: { subject: 'Re: Contact us' },
  });
  expect(mail!.raw).not.toMatch(/^(In-Reply-To|References):/m);
  expect(mail!.mail.text).toContain('We are checking.');
  expect(mail!.mail.text).toContain('> Where is my parcel?');
  const [talk] = await talks(form);
  expect(talk!.messages.nodes[1]).toMatchObject({
    ...{ direction: 'OUTBOUND', status: 'SENT', failure: null },
    carrierChannel: { id: form.mailbox.id },
  });

  await answer(form, id, 'Found it.');
  expect(smtp.taken[1]!.mail.inReplyTo).toBe(mail!.mail.messageId);
});

test('what the customer answers by e-mail comes back into the form’s conversation', async () => {
  const form = await linked();
  const { id, customer } = await filled(form);
  await answer(form, id);
  await arrive(form, replyTo(smtp.taken[0]!));
  // again by another address of the mailbox, and what descends from it alone
  await arrive(form, replyTo(smtp.taken[0]!), 'Delivered-To: alias@brand.test\r\n');
  const further = { 'Message-ID': '<further@example.com>', 'In-Reply-To': '<reply@example.com>' };
  await arrive(form, replyTo(smtp.taken[0]!, { ...further, References: '' }, 'One more thing'));
  const [talk, ...others] = await talks(form);
  expect(others).toEqual([]);
  expect(talk).toMatchObject({ id, channel: { id: form.id }, customer });
  const back = talk!.messages.nodes.slice(2);
  expect(back.map(({ body }) => body).sort()).toEqual(['One more thing', 'Thanks!']);
  for (const message of back) {
    expect(message).toMatchObject({
      ...{ direction: 'INBOUND', authorCustomer: customer },
      carrierChannel: { id: form.mailbox.id },
    });
  }

  await answer(form, id, 'You are welcome.');
  const { mail } = smtp.taken.at(-1)!;
  expect(mail.references).toContain('<reply@example.com>');
});

test('whoever writes to the mailbox by themselves has a conversation of their own, as the same person', async () => {
  const form = await linked();
  const { id, customer } = await filled(form);
  await answer(form, id);
  await arrive(form, letter({ From: 'ada@example.com', Date: soon() }));
  const [, own, ...others] = await talks(form);
  expect(others).toEqual([]);
  expect(own).toMatchObject({ channel: { id: form.mailbox.id }, customer });
});

test('somebody else who answers is themselves, in the same conversation', async () => {
  const form = await linked();
  const { id, customer } = await filled(form);
  await answer(form, id);
  await arrive(form, replyTo(smtp.taken[0]!, { From: 'Bob <bob@example.com>' }));
  const [talk, ...others] = await talks(form);
  expect(others).toEqual([]);
  expect(talk!.customer).toEqual(customer);
  expect(talk!.messages.nodes[2]!.authorCustomer).not.toEqual(customer);
});

test('our copy, receipts and bounces are about the form’s message', async () => {
  const form = await linked();
  const { id } = await filled(form);
  await answer(form, id);
  const [sent] = smtp.taken;
  await arrive(form, Buffer.from(sent!.raw));
  await arrive(
    form,
    reportOf(failedFor('5.1.1', '550 5.1.1 User unknown'), `Message-ID: ${sent!.mail.messageId}`),
  );
  const [talk, ...others] = await talks(form);
  expect(others).toEqual([]);
  expect(talk!.messages.nodes.slice(1)).toMatchObject([
    { status: 'FAILED', failure: { code: 'RECIPIENT_UNKNOWN' } },
  ]);
});

test('without a link, or an address, it says so before anything is written', async () => {
  const form = await world.connect();
  const talk = await filled(form);
  expect(talk.canReply).toMatchObject({ allowed: false, reason: 'CHANNEL_NOT_LINKED' });
  const send = { conversationId: talk.id, input: { body: 'Hello' } };
  expect(await problemsOf(form, 'messageSend', send)).toMatchObject([
    { code: 'REPLY_NOT_ALLOWED', reason: 'CHANNEL_NOT_LINKED', path: ['conversationId'] },
  ]);

  const own = await linked();
  const questions = [{ key: 'message', label: 'Message', kind: 'text', required: true }];
  await update(own, { questions });
  const { canReply } = await filled(own, { message: 'Guess who' });
  expect(canReply).toMatchObject({ reason: 'NO_RECIPIENT' });
  expect(canReply.message).toContain('without an e-mail address');
});

test('only a mailbox of the same workspace can be linked', async () => {
  const form = await linked();
  const foreign = await linked();
  for (const emailChannel of [foreign.mailbox.id, form.id, 'chn_x']) {
    const args = { id: form.id, input: { settings: { emailChannel } } };
    expect(await problemsOf(form, 'channelUpdate', args)).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'settings', 'emailChannel'] },
    ]);
  }
  // nor does a mail that names another workspace's message get into its conversation
  const { id } = await filled(foreign);
  await answer(foreign, id);
  await arrive(form, replyTo(smtp.taken[0]!));
  expect((await talks(form)).map((talk) => talk.channel.id)).toEqual([form.mailbox.id]);
  expect((await talks(foreign))[0]!.messages.nodes).toHaveLength(2);
});

test('while the mailbox is paused answers wait, and nobody may write; disconnected they fail in words', async () => {
  const form = await linked();
  const { id } = await filled(form);
  smtp.isBusy = true;
  const args = { conversationId: id, input: { body: 'Late' } };
  await must(form.owner, 'messageSend', args, 'message { id }');
  await world.parley.app.drain();
  await must(form.owner, 'channelPause', { id: form.mailbox.id }, 'channel { id }');
  smtp.isBusy = false;
  const stateOf = async () => (await talks(form))[0]!;
  const { canReply, messages } = await stateOf();
  expect(messages.nodes[1]!.status).toBe('QUEUED');
  expect(canReply).toMatchObject({ reason: 'CHANNEL_PAUSED' });
  expect(canReply.message).toContain('by which answers go out');

  await must(form.owner, 'channelDisconnect', { id: form.mailbox.id }, 'channel { id }');
  const talk = await stateOf();
  expect(talk.canReply).toMatchObject({ reason: 'CHANNEL_DISCONNECTED' });
  const [, late] = talk.messages.nodes;
  expect(late).toMatchObject({ status: 'FAILED', failure: { code: 'CHANNEL_DISCONNECTED' } });

  const another = await connectMailbox(form, 'sales@brand.test');
  await update(form, { emailChannel: another.id });
  await must(form.owner, 'messageSendRetry', { id: late!.id }, 'message { id }');
  expect((await stateOf()).messages.nodes[1]).toMatchObject({
    ...{ status: 'SENT', carrierChannel: { id: another.id } },
  });
  expect(smtp.taken.at(-1)!.mail.from!.address).toBe('sales@brand.test');
});

test('what can be sent is what the linked mailbox can send', async () => {
  const form = await linked();
  const longest = async (id: string) => {
    const { node } = await form.owner.query<{
      node: { capabilities: { private: { text: { longest: number } } | null } };
    }>(
      'query ($id: ID!) { node(id: $id) { ... on Channel { capabilities { private { text { longest } } } } } }',
      { id },
    );
    return node.capabilities.private?.text.longest ?? null;
  };
  expect(await longest(form.id)).toBe(await longest(form.mailbox.id));
  expect(await longest(form.id)).toBeGreaterThan(0);
  await update(form, { emailChannel: null });
  expect(await longest(form.id)).toBeNull();
});
