import { ownId, tokenOf } from '../../src/connectors/email/own-ids';
import { mailSettings } from '../../src/connectors/email/settings';
import { failedFor, letter, mailbox, NOW, read, readMessage, reportOf } from './letters';

const names = mailSettings(mailbox);
const token = tokenOf('0198c0de-0000-7000-8000-000000000001');
const ours = ownId(token, names);

describe('a message from a customer', () => {
  test('has its Message-ID as its id, the sender as author and the Date as time', async () => {
    expect(await readMessage(letter({ Subject: 'Parcel' }))).toMatchObject({
      externalId: 'm1@customer.test',
      threadKey: 'm1@customer.test',
      relatedTo: [],
      replyTo: null,
      direction: 'INBOUND',
      author: {
        externalId: 'ana@customer.test',
        handle: 'ana@customer.test',
        displayName: 'Ana Kupec',
      },
      sentAt: new Date('2026-03-01T10:00:00Z'),
      subject: 'Parcel',
      body: 'Hello',
      isAutomatic: false,
    });
  });

  test('is one person’s in whatever letters the address is written', async () => {
    const { author } = await readMessage(letter({ From: 'Ana@Customer.TEST' }));
    expect(author).toMatchObject({ externalId: 'ana@customer.test', handle: 'Ana@Customer.TEST' });
  });

  test('was sent no later than it came in, whatever its Date says', async () => {
    const future = letter({ Date: 'Sun, 1 Mar 2099 10:00:00 +0000' });
    expect((await readMessage(future)).sentAt).toEqual(NOW);
    const headers = { 'x-parley-arrived': '2026-02-28T09:00:00.000Z' };
    expect((await readMessage(future, { headers })).sentAt.toISOString()).toBe(
      headers['x-parley-arrived'],
    );
  });

  test('without a sensible Date was sent when the first server took it', async () => {
    const raw = letter({
      Received: [
        'from b; Sun, 1 Mar 2026 11:00:00 +0000',
        'from a; Sun, 1 Mar 2026 10:30:00 +0000',
      ],
      Date: 'soon',
    });
    expect((await readMessage(raw)).sentAt).toEqual(new Date('2026-03-01T10:30:00Z'));
  });

  test('without a Message-ID has a digest that does not depend on the way it took', async () => {
    const one = letter({ 'Message-ID': '', Received: 'from a', 'Delivered-To': 'x@brand.test' });
    const other = letter({ 'Message-ID': '', Received: 'from b' });
    const { externalId } = await readMessage(one);
    expect(externalId).toMatch(/^sha256:/);
    expect((await readMessage(other)).externalId).toBe(externalId);
    const another = letter({ 'Message-ID': '' }, 'Goodbye');
    expect((await readMessage(another)).externalId).not.toBe(externalId);
  });

  test('says what was written this time; the whole text and the HTML stand beside', async () => {
    const text =
      'Thanks!\r\n\r\nOn Sun, 1 Mar 2026 at 10:00, Support <support@brand.test> wrote:\r\n> Hello\r\n';
    const item = await readMessage(letter({ 'In-Reply-To': '<a@x>' }, text));
    expect(item.body).toBe('Thanks!');
    expect(item.content!.text).toContain('> Hello');
  });

  test('that answers nothing is not cut', async () => {
    const text = 'The parcel went\r\nFrom: London\r\nDate: 1 March\r\nand is not here.';
    expect((await readMessage(letter({}, text))).body).toContain('and is not here.');
  });

  test('of many lines is kept whole, and cut where it quotes at the end', async () => {
    const long = Array.from({ length: 3_000 }, (_, n) => `line ${n}`).join('\r\n');
    const reply = { 'In-Reply-To': '<a@x>' };
    expect((await readMessage(letter(reply, long))).body).toContain('line 2999');
    const quote = `Yes\r\n\r\nOn Sun, Ann <a@x.test> wrote:\r\n${'> no\r\n'.repeat(3_000)}`;
    expect((await readMessage(letter(reply, quote))).body).toBe('Yes');
  });

  test('of HTML alone says the text of it, without what it quotes', async () => {
    const page =
      '<html><head><title>x</title></head><body><p>Where is <b>it</b>?</p><p>Ana</p>' +
      '<p>On Sun, 1 Mar 2026 at 10:00, Support wrote:</p><blockquote>Hello<br>Ana</blockquote></body></html>';
    const raw = letter(
      { 'In-Reply-To': '<a@x>', 'Content-Type': 'text/html; charset=utf-8' },
      page,
    );
    expect((await readMessage(raw)).body).toBe('Where is it?\n\nAna');
  });
});

describe('a message belongs with', () => {
  test('what it answers, then its other ancestors, the newest first', async () => {
    const raw = letter({ 'In-Reply-To': '<c@x>', References: '<a@x> <b@x>\r\n <c@x>' });
    expect(await readMessage(raw)).toMatchObject({
      relatedTo: ['c@x', 'b@x', 'a@x'],
      threadKey: 'a@x',
      replyTo: 'c@x',
    });
  });

  test('before all, the message of ours whose address for answers it was sent to', async () => {
    for (const headers of <Record<string, string>[]>[
      { To: `${token}@reply.brand.test` },
      { 'Delivered-To': `${token.toUpperCase()}@REPLY.brand.test` },
    ]) {
      const { relatedTo, replyTo } = await readMessage(
        letter({ ...headers, 'In-Reply-To': '<c@x>' }),
      );
      expect({ relatedTo, replyTo }).toEqual({ relatedTo: [ours, 'c@x'], replyTo: 'c@x' });
    }
  });

  test('nothing by its Reply-To or its subject', async () => {
    const raw = letter({ 'Reply-To': `${token}@reply.brand.test`, Subject: 'Re: Parcel' });
    expect(await readMessage(raw)).toMatchObject({ relatedTo: [], replyTo: null });
  });

  test('what a sentence in In-Reply-To means, not the address in it', async () => {
    const said = 'Message from Ann <ann@x.test> of "Thu, 1 Jan 2026" <id@x.test>';
    expect((await readMessage(letter({ 'In-Reply-To': said }))).relatedTo).toEqual(['id@x.test']);
    const address = letter({ 'In-Reply-To': '<ana@customer.test>' });
    expect((await readMessage(address)).relatedTo).toEqual([]);
  });

  test('a bounded number of ancestors, the first and the newest', async () => {
    const ids = Array.from({ length: 500 }, (_, n) => `<r${n}@x>`).join(' ');
    const { relatedTo, threadKey } = await readMessage(letter({ References: ids }));
    expect(relatedTo).toHaveLength(50);
    expect([relatedTo![0], relatedTo!.at(-1), threadKey]).toEqual(['r499@x', 'r0@x', 'r0@x']);
  });
});

describe('a machine’s message', () => {
  test.each<Record<string, string>>([
    { 'Auto-Submitted': 'auto-replied (vacation)' },
    { Precedence: 'auto_reply' },
    { 'X-Auto-Response-Suppress': 'All' },
    { 'Return-Path': '<>' },
  ])('with %j is automatic', async (headers) => {
    expect((await readMessage(letter(headers))).isAutomatic).toBe(true);
  });

  test.each<Record<string, string>>([
    { 'Auto-Submitted': 'no' },
    { Precedence: 'list', 'List-Id': '<x.test>' },
  ])('with %j may be a person’s', async (headers) => {
    expect((await readMessage(letter(headers))).isAutomatic).toBe(false);
  });
});

describe('mail from the mailbox’s own address', () => {
  const own = { From: 'support@brand.test', To: 'ana@customer.test' };

  test('is the copy of a message of ours: it was sent', async () => {
    expect(await read(letter({ ...own, 'Message-ID': `<${ours}>` }))).toEqual([
      {
        type: 'receipt',
        status: 'SENT',
        about: { externalId: ours },
        at: new Date('2026-03-01T10:00:00Z'),
      },
    ]);
  });

  test('is a form’s where it names somebody else to answer', async () => {
    const [item] = await read(letter({ ...own, 'Reply-To': 'bob@customer.test' }));
    expect(item).toMatchObject({ type: 'message', author: { externalId: 'bob@customer.test' } });
  });

  test('is a loop else, and says nothing', async () => {
    expect(await read(letter(own))).toEqual([]);
  });

  test('in a folder for sent messages is what people sent beside Parley', async () => {
    const headers = { 'x-parley-folder': 'sent' };
    const [item] = await read(letter(own), { headers });
    expect(item).toMatchObject({
      direction: 'OUTBOUND',
      author: { name: 'support@brand.test' },
      customer: { externalId: 'ana@customer.test' },
    });
    // nobody may put words into the company's mouth by a header of a request
    expect(await read(letter(own), { headers, source: 'WEBHOOK' })).toEqual([]);
  });
});

describe('what servers say of a message of ours', () => {
  const report = (status: string, header = `Message-ID: <${ours}>`) => reportOf(status, header);

  test('that the mailbox does not exist', async () => {
    expect(await read(report(failedFor('5.1.1', '550 5.1.1 User unknown')))).toEqual([
      {
        type: 'receipt',
        status: 'FAILED',
        about: { externalId: ours },
        at: new Date('2026-03-01T10:00:00Z'),
        failure: {
          code: 'RECIPIENT_UNKNOWN',
          message: 'There is no such mailbox. The server says: 550 5.1.1 User unknown',
        },
      },
    ]);
  });

  test.each([
    ['5.2.2', 'MAILBOX_FULL'],
    ['5.3.4', 'TOO_LARGE'],
    ['5.7.1', 'REFUSED'],
    ['5.4.4', 'UNREACHABLE'],
    ['4.4.7', 'EXPIRED'],
    ['5.9.9', 'UNDELIVERABLE'],
  ])('%s in a word: %s', async (status, code) => {
    expect(await read(report(failedFor(status, '')))).toMatchObject([{ failure: { code } }]);
  });

  test('that it was delivered', async () => {
    const delivered =
      'Final-Recipient: rfc822; ana@customer.test\r\nAction: delivered\r\nStatus: 2.0.0';
    expect(await read(report(delivered))).toMatchObject([{ type: 'receipt', status: 'DELIVERED' }]);
  });

  test('of the copy to ourselves counts for nothing', async () => {
    const items = await read(report(failedFor('5.2.2', '', 'support@brand.test')));
    expect(items.filter(({ type }) => type === 'receipt')).toEqual([]);
  });

  test('that it was read', async () => {
    const raw = letter(
      { 'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=b' },
      [
        '--b\r\n\r\nRead\r\n--b\r\nContent-Type: message/disposition-notification\r\n',
        `Original-Message-ID: <${ours}>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--`,
      ].join('\r\n'),
    );
    expect(await read(raw)).toMatchObject([{ status: 'READ', about: { externalId: ours } }]);
  });

  test('of a message that is not Parley’s is an automatic message in its conversation, by no customer', async () => {
    const raw = report(failedFor('5.1.1', ''), 'Message-ID: <else@x>\r\nReferences: <a@x>');
    expect(await readMessage(raw)).toMatchObject({
      isAutomatic: true,
      relatedTo: ['else@x', 'a@x'],
      author: { name: 'MAILER-DAEMON@mx.test' },
    });
  });
});
