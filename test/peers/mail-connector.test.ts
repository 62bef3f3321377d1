import { randomBytes, randomUUID } from 'node:crypto';
import { findSent } from '../../src/connectors/email/find-sent';
import { normalise } from '../../src/connectors/email/normalise';
import { probe } from '../../src/connectors/email/account';
import { plannedId, send } from '../../src/connectors/email/send';
import { source } from '../../src/connectors/email/source';
import { ReconnectNeeded, Rejected } from '../../src/connectors/kit/errors';
import { HandMadeContext, outgoing, supportSettings } from './mail-context';
import { eventually, MailProgram, write } from './mail-people';
import { MailServer, whatIsMissing } from './mail-server';

const missing = whatIsMissing();
if (missing !== null && process.env.CI === 'true') throw new Error(`What is missing: ${missing}.`);
const describeThere = missing === null ? describe : describe.skip;

describeThere('the e-mail connector, with Dovecot and Postfix', () => {
  let server: MailServer;
  let ana: MailProgram;
  beforeAll(async () => {
    server = await MailServer.start();
    ana = await MailProgram.open(server, 'ana@customer.test', 'ana-pass');
  });
  afterAll(async () => {
    ana?.close();
    await server?.stop();
  });

  const context = (settings: object = {}, cursor: HandMadeContext['cursor'] = null) =>
    new HandMadeContext({ ...supportSettings(server), ...settings }, cursor);

  const fromAna = (subject: string, more: object = {}) =>
    write(server, {
      from: 'Ana Kupec <ana@customer.test>',
      to: 'support@brand.test',
      subject,
      text: 'Hi',
      ...more,
    });

  /** Reads while something is done; gives what the reading ended with. */
  async function reading(reader: HandMadeContext, work: () => Promise<unknown>): Promise<unknown> {
    const done = source(reader).then(
      () => null,
      (error: unknown) => error,
    );
    try {
      await Promise.race([work(), done]);
    } finally {
      reader.ending.abort();
    }
    return done;
  }

  const has = (reader: HandMadeContext, subject: string) => () =>
    reader.mails.some((mail) => mail.includes(`Subject: ${subject}`));

  test('hears at once of a new message, with its bytes as they came', async () => {
    const reader = context();
    await reading(reader, async () => {
      await eventually(() => reader.reports.includes('OK'));
      const begun = performance.now();
      const id = await fromAna('at once');
      await eventually(has(reader, 'at once'));
      expect(performance.now() - begun).toBeLessThan(3_000);
      expect(reader.mails.join()).toContain(`Message-ID: <${id}>`);
    });
  });

  test('goes on where it stopped, and brings what came meanwhile once', async () => {
    const first = context();
    await fromAna('before');
    await reading(first, () => eventually(has(first, 'before')));
    for (const n of [0, 1, 2, 3, 4]) await fromAna(`meanwhile ${n}`);
    const second = context({}, first.cursor);
    await reading(second, async () => {
      for (const n of [0, 1, 2, 3, 4]) await eventually(has(second, `meanwhile ${n}`));
    });
    expect(second.delivered.size).toBe(5);
  });

  test('goes on after the server has closed the connection', async () => {
    const reader = context();
    const ended = await reading(reader, async () => {
      await eventually(() => reader.reports.includes('OK'));
      server.kick('support@brand.test');
      await fromAna('after the kick');
      await eventually(has(reader, 'after the kick'));
    });
    // a young connection is left to the kit to open again, after a pause that grows
    if (ended) {
      const again = context({}, reader.cursor);
      await reading(again, () => eventually(has(again, 'after the kick')));
    }
  });

  test('knows messages again whose UIDs have become new', async () => {
    const reader = context();
    await reading(reader, () => eventually(() => reader.reports.includes('OK')));
    const folders = structuredClone(reader.cursor!['folders']) as Record<
      string,
      { uidValidity: string }
    >;
    folders['INBOX']!.uidValidity = '1';
    const again = context({}, { folders });
    for (const [key, delivery] of reader.delivered) again.delivered.set(key, delivery);
    await reading(again, () => eventually(() => again.reports.includes('OK')));
    expect(again.delivered.size).toBe(reader.delivered.size);
  });

  test('makes one message of a mail that came twice, to the mailbox and to another address of it', async () => {
    const id = `twice.${randomUUID()}@customer.test`;
    const reader = context();
    await reading(reader, async () => {
      await fromAna('twice', { messageId: `<${id}>` });
      await fromAna('twice', { messageId: `<${id}>`, to: 'x@reply.brand.test' });
      await eventually(() => reader.mails.filter((mail) => mail.includes(id)).length === 2);
    });
    const deliveries = [...reader.delivered.values()].filter(({ body }) => body.includes(id));
    const items = await Promise.all(
      deliveries.map(({ body }) =>
        normalise({ source: 'POLL', headers: {}, body, receivedAt: new Date() }, reader.channel),
      ),
    );
    expect(new Set(items.flat().map((item) => item.type === 'message' && item.externalId))).toEqual(
      new Set([id]),
    );
  });

  test('says that a person is needed where the password is wrong', async () => {
    const wrong = context({ password: 'no' });
    expect(await source(wrong).catch((error: unknown) => error)).toBeInstanceOf(ReconnectNeeded);
    expect(await probe(wrong).catch((error: unknown) => error)).toBeInstanceOf(ReconnectNeeded);
    const message = outgoing('ana@customer.test');
    await expect(send(message, wrong)).rejects.toBeInstanceOf(ReconnectNeeded);
    await expect(probe(context())).resolves.toBeUndefined();
  });

  test('does not speak to a server whose certificate it can’t check', async () => {
    await expect(probe(context({ certificate: undefined }))).rejects.toThrow('self-signed');
  });

  describe('signed in by tokens', () => {
    const user = 'support@brand.test';
    const oauth = { password: undefined, tokenUrl: 'https://login.test/token', clientId: 'parley' };

    test('renews one that has ended once, and sends and reads with it', async () => {
      const reader = context({
        ...oauth,
        refreshToken: 'r1',
        accessToken: server.accessToken(user, -60),
      });
      let asked = 0;
      reader.http = {
        request: ({ form }) => {
          asked++;
          expect(form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'r1' });
          const answer = { access_token: server.accessToken(user, 600), expires_in: 600 };
          const body = Buffer.from(JSON.stringify(answer));
          return Promise.resolve({ status: 200, headers: {}, body, json: () => answer });
        },
      };
      await probe(reader);
      await send(outgoing('ana@customer.test'), reader);
      expect(asked).toBe(1);
    });

    test('says that a person is needed where the new one is refused too, or there is none', async () => {
      const hopeless = context({ ...oauth, refreshToken: 'r1', accessToken: 'rubbish' });
      hopeless.http = {
        request: () => {
          const answer = { access_token: 'rubbish too' };
          return Promise.resolve({
            status: 200,
            headers: {},
            body: Buffer.alloc(0),
            json: () => answer,
          });
        },
      };
      await expect(probe(hopeless)).rejects.toBeInstanceOf(ReconnectNeeded);
      const ended = context({ ...oauth, accessToken: server.accessToken(user, -60) });
      await expect(probe(ended)).rejects.toBeInstanceOf(ReconnectNeeded);
    });
  });

  test('sends an answer that the customer’s program puts under the question, and theirs comes back to it', async () => {
    const question = await fromAna('Paket 42 – čšž 😡');
    const replyTo = {
      externalId: question,
      direction: 'INBOUND' as const,
      body: 'Where is it?',
      sentAt: new Date(),
      platform: { answerTo: 'ana@customer.test', references: [], subject: 'Paket 42 – čšž 😡' },
    };
    const sender = context();
    const message = outgoing('ana@customer.test', { replyTo });
    const { externalId } = await send(message, sender);
    const got = await ana.find(({ messageId }) => messageId === `<${externalId}>`);
    expect(got).toMatchObject({
      subject: 'Re: Paket 42 – čšž 😡',
      inReplyTo: `<${question}>`,
      references: `<${question}>`,
      from: { name: 'Eva', address: 'support@brand.test' },
    });
    expect(got.text).toContain('we are checking.');
    expect(got.html).toContain('<p>we are checking.</p>');
    expect(got.raw).not.toMatch(/^bcc:/im);

    const reader = context();
    const [answersTo] = got.replyTo!;
    await reading(reader, async () => {
      await fromAna('headers dropped', { to: answersTo!.address });
      await eventually(has(reader, 'headers dropped'));
    });
    const mail = [...reader.delivered.values()].find(({ body }) =>
      body.includes('headers dropped'),
    )!;
    const [item] = await normalise(
      { source: 'POLL', headers: {}, body: mail.body, receivedAt: new Date() },
      reader.channel,
    );
    expect(item).toMatchObject({ relatedTo: [externalId] });
  });

  test('finds what was sent by its copy, and says where there is none', async () => {
    const sender = context();
    const message = outgoing('ana@customer.test');
    await send(message, sender);
    expect(await findSent(message, sender)).toMatchObject({
      externalId: plannedId(message, sender.channel),
    });
    expect(await findSent(outgoing('ana@customer.test'), sender)).toBeNull();
  }, 60_000);

  test('says why a server refuses', async () => {
    const sender = context();
    const refusal = (message: ReturnType<typeof outgoing>) =>
      send(message, sender).then(
        () => null,
        (error: unknown) => (error instanceof Rejected ? error.code : error),
      );
    expect(await refusal(outgoing('nobody@customer.test'))).toBe('RECIPIENT_UNKNOWN');
    const big = randomBytes(1_500_000);
    const file = {
      fileName: 'b.bin',
      contentType: 'application/octet-stream',
      byteSize: big.length,
      read: () => Promise.resolve(big),
    };
    expect(await refusal(outgoing('ana@customer.test', { attachments: [file] }))).toBe('TOO_LARGE');
  });

  test('leaves no copy of what was refused', async () => {
    const sender = context();
    const message = outgoing('nobody@customer.test');
    await expect(send(message, sender)).rejects.toBeInstanceOf(Rejected);
    expect(await findSent(message, sender)).toBeNull();
  }, 60_000);
});
