import fc from 'fast-check';
import { newSecret, sign } from '../inbound/inbound-world';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, uuid } from '../support/owner';
import { until } from '../support/process';
import { FakeSmtp, type HandedIn } from './fake-smtp';
import { letter } from './letters';

/** Mail that a forwarder posts as it came. */

/** How many orders are tried; more with PARLEY_LONG_TESTS. */
const RUNS = Number(process.env.PARLEY_LONG_TESTS ?? 4);

let parley: TestApp;
let smtp: FakeSmtp;
beforeAll(async () => {
  smtp = await FakeSmtp.start();
  parley = await startTestApp(
    {
      ...{ PARLEY_SECRET_KEY: 'ab'.repeat(32), PARLEY_OUTGOING_ALLOW: '127.0.0.0/8' },
      ...{ PARLEY_SEND_RETRY_FIRST_SECONDS: '0.02', PARLEY_SEND_RETRY_LONGEST_SECONDS: '0.05' },
    },
    'all',
  );
});
afterAll(async () => {
  await parley.close();
  await smtp.stop();
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

interface Mailbox {
  owner: Client;
  channelId: string;
  url: string;
  secret: string;
}

async function connect(): Promise<Mailbox> {
  const { owner } = await parley.workspace();
  const secret = newSecret();
  const settings = { address: 'support@brand.test', webhookSecret: secret, ...smtp.settings };
  const { channel } = await must<{ channel: { id: string; webhookUrl: string } }>(
    owner,
    'channelConnect',
    { connector: 'email', input: { settings } },
    'channel { id webhookUrl }',
  );
  return { owner, secret, channelId: uuid(channel.id), url: channel.webhookUrl };
}

const passwordOf = (secret: string) => ({
  authorization: `Basic ${Buffer.from(`mx:${secret}`).toString('base64')}`,
});
const signatureOf = (raw: Buffer, { secret }: Mailbox, id = 'mail-1') =>
  sign(raw.toString(), { id, secret, at: parley.now() });
const post = async ({ url }: Mailbox, body: Buffer, headers: Record<string, string>) =>
  (await fetch(url, { method: 'POST', body, headers })).status;
const forward = (mailbox: Mailbox, raw: Buffer) => post(mailbox, raw, passwordOf(mailbox.secret));

/** What became of it, in the order of texts. */
async function taken({ channelId }: Mailbox) {
  await parley.app.drain();
  return asOwner<{ body: string; externalId: string; conversationId: string }>(
    parley,
    `select body, external_id "externalId", conversation_id "conversationId"
     from message where channel_id = $1 order by body collate "C"`,
    [channelId],
  );
}
/** Answers a conversation by what it began with; gives the mail that goes out. */
async function answered({ owner }: Mailbox, began: string, input: object): Promise<HandedIn> {
  const { conversations } = await owner.query<{
    conversations: { nodes: { id: string; messages: { nodes: { body: string }[] } }[] };
  }>('{ conversations(first: 5) { nodes { id messages(first: 5) { nodes { body } } } } }');
  const { id: conversationId } = conversations.nodes.find(
    ({ messages }) => messages.nodes[0]!.body === began,
  )!;
  await must(owner, 'messageSend', { conversationId, input }, 'message { id }');
  await parley.app.drain();
  return smtp.taken.at(-1)!;
}
const kept = async ({ channelId }: Mailbox) => {
  const [row] = await asOwner<{ count: number }>(
    parley,
    'select count(*)::int count from inbound_delivery where channel_id = $1',
    [channelId],
  );
  return row!.count;
};

describe('what is taken', () => {
  const raw = letter({}, 'Where is my parcel?');

  test('a message that is signed, once however often it comes', async () => {
    const mailbox = await connect();
    const signed = signatureOf(raw, mailbox);
    expect(await post(mailbox, raw, signed)).toBe(200);
    expect(await post(mailbox, raw, signed)).toBe(200);
    expect(await post(mailbox, raw, passwordOf(mailbox.secret))).toBe(200);
    expect(await taken(mailbox)).toMatchObject([{ body: 'Where is my parcel?' }]);
    expect(await kept(mailbox)).toBe(1);
  });

  test('nothing else, and nothing is kept of it', async () => {
    const mailbox = await connect();
    const other = await connect();
    const flipped = Buffer.from(raw);
    flipped[raw.length - 1]! ^= 1;
    const signed = signatureOf(raw, mailbox);
    const hourAgo = new Date(parley.now().getTime() - 3_600_000);
    const stale = sign(raw.toString(), { id: 'mail-2', secret: mailbox.secret, at: hourAgo });
    const refused: [Buffer, Record<string, string>][] = [
      [raw, {}],
      [flipped, signed],
      [raw, { ...signed, 'webhook-id': 'another' }],
      [raw, { ...signed, 'webhook-signature': '' }],
      [raw, stale],
      [raw, signatureOf(raw, other)],
      [raw, passwordOf(other.secret)],
      [raw, passwordOf('')],
      [raw, { authorization: `Bearer ${mailbox.secret}` }],
    ];
    const answers = [];
    for (const [body, headers] of refused) answers.push(await post(mailbox, body, headers));
    expect(new Set(answers)).toEqual(new Set([401]));
    expect(await kept(mailbox)).toBe(0);
  });
});

describe('two mails with one Message-ID', () => {
  const all = { 'Message-ID': '<always.the.same@printer.test>' };
  const fromAnn = letter({ ...all, From: 'ann@customer.test' }, 'Ann asks');
  const fromBob = letter({ ...all, From: 'bob@customer.test' }, 'Bob asks');
  const later = letter(
    { ...all, From: 'ann@customer.test', Date: 'Sun, 1 Mar 2026 11:00:00 +0000' },
    'Later',
  );
  const copyOf = (raw: Buffer) =>
    Buffer.concat([Buffer.from('Delivered-To: alias@brand.test\r\n'), raw]);
  const refolded = Buffer.from(fromAnn.toString().replace('Ann asks', 'Ann\r\nasks '));
  const answer = letter(
    { 'Message-ID': '<answer@customer.test>', References: all['Message-ID'] },
    'Answer',
  );

  test('are two, in whatever order and however often they come; copies of one are one', async () => {
    const mails = [fromAnn, fromBob, later, copyOf(fromAnn), copyOf(fromBob), refolded, answer];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(mails, { minLength: mails.length }),
        fc.array(fc.boolean(), { minLength: mails.length, maxLength: mails.length }),
        async (order, pauses) => {
          const mailbox = await connect();
          for (const [index, raw] of order.entries()) {
            expect(await forward(mailbox, raw)).toBe(200);
            if (pauses[index]) await parley.app.drain();
          }
          const messages = await taken(mailbox);
          const texts = messages.map(({ body }) => body.replace(/\s+/g, ' ').trim());
          expect(texts).toEqual(['Ann asks', 'Answer', 'Bob asks', 'Later']);
          expect(new Set(messages.map(({ externalId }) => externalId)).size).toBe(4);
          const of = (text: string) =>
            messages.find(({ body }) => body.startsWith(text))!.conversationId;
          // strangers don't read each other's mail because of a bad program
          expect(of('Ann')).not.toBe(of('Bob'));
        },
      ),
      { numRuns: RUNS },
    );
  }, 120_000);

  test('an answer to the second names the id that it really has', async () => {
    const mailbox = await connect();
    await forward(mailbox, fromAnn);
    await forward(mailbox, fromBob);
    const bob = (await taken(mailbox)).find(({ body }) => body === 'Bob asks')!;
    expect(bob.externalId).not.toBe('always.the.same@printer.test');
    const { mail, to } = await answered(mailbox, 'Bob asks', { body: 'Hello Bob' });
    expect(to[0]).toBe('bob@customer.test');
    expect(mail.inReplyTo).toBe('<always.the.same@printer.test>');
  });
});

test('what a machine sends says so, unless it sends for a person', async () => {
  const mailbox = await connect();
  await forward(mailbox, letter({}, 'Hello'));
  await taken(mailbox);
  const machine = await answered(mailbox, 'Hello', { body: 'Ticket 7 is open.' });
  expect(machine.raw).toContain('Auto-Submitted: auto-generated');
  const person = await answered(mailbox, 'Hello', {
    body: 'I am looking.',
    authorName: 'Eva Müller',
  });
  expect(person.raw).not.toContain('Auto-Submitted');
  expect(person.mail.from).toEqual({ name: 'Eva Müller', address: 'support@brand.test' });
});

test('a recipient who has to wait is no trouble of the mailbox', async () => {
  const mailbox = await connect();
  await forward(mailbox, letter({}, 'Hello'));
  await taken(mailbox);
  const before = smtp.taken.length;
  smtp.isBusy = true;
  const { conversations } = await mailbox.owner.query<{
    conversations: { nodes: { id: string }[] };
  }>('{ conversations(first: 1) { nodes { id } } }');
  const args = { conversationId: conversations.nodes[0]!.id, input: { body: 'Patience' } };
  await must(mailbox.owner, 'messageSend', args, 'message { id }');
  const state = async () => {
    const [row] = await asOwner<{ attempts: number | null; health: string }>(
      parley,
      `select max(q.attempts)::int attempts, s.health from channel_state s
       left join outbound_queue q on q.workspace_id = s.workspace_id and q.channel_id = s.channel_id
       where s.channel_id = $1 group by s.health`,
      [mailbox.channelId],
    );
    return row!;
  };
  await until(async () => ((await state()).attempts ?? 0) >= 5, 'it was tried five times');
  expect((await state()).health).toBe('OK');
  smtp.isBusy = false;
  await until(() => Promise.resolve(smtp.taken.length > before), 'it was taken');
});
