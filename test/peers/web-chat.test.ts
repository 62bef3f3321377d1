import type { Browser } from 'playwright-core';
import { ChatWorld, QUESTIONS, type Chat } from '../chat/chat-world';
import { must } from '../support/call';
import { follow, liveClient } from '../support/live-client';
import { until } from '../support/process';
import { Guest, Line, openBrowser, Shop, whatIsMissing } from './web-chat-page';

const missing = whatIsMissing();
if (missing !== null && process.env.CI === 'true') throw new Error(`What is missing: ${missing}.`);
if (missing !== null) {
  process.stdout.write(`Left out, the chat in a browser: install ${missing}.\n`);
}
const describeThere = missing === null ? describe : describe.skip;

/** The browser's, in what runs there. */
declare function getComputedStyle(element: unknown): { backgroundColor: string };

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

interface SeenByTeam {
  id: string;
  answers: { key: string; value: string }[] | null;
  customer: { name: string | null };
  messages: {
    nodes: {
      id: string;
      body: string;
      direction: string;
      status: string | null;
      attachments: { nodes: { fileName: string; url: string }[] };
    }[];
  };
}

describeThere('the bubble in Chromium, on a page of another origin under a strict policy', () => {
  let world: ChatWorld;
  let line: Line;
  let shop: Shop;
  let browser: Browser;
  let chat: Chat;
  const guests: Guest[] = [];

  beforeAll(async () => {
    world = await ChatWorld.create({ clock: () => new Date() });
    line = await Line.to(world.parley.url);
    shop = await Shop.open(line.url);
    browser = await openBrowser();
  });
  beforeEach(async () => {
    chat = await world.chat({ origins: [shop.origin], welcome: 'Hello!' });
    shop.attributes = { 'data-channel': chat.channelId };
  });
  afterEach(async () => {
    line.mend();
    const complaints = guests.flatMap((guest) => guest.complaints);
    await Promise.all(guests.splice(0).map((guest) => guest.close()));
    expect(complaints).toEqual([]);
    expect(world.parley.faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
    await line?.close();
    await world?.parley.close();
  });

  async function visit(options: Parameters<typeof Guest.visit>[2] = {}): Promise<Guest> {
    const guest = await Guest.visit(browser, shop.origin, options);
    guests.push(guest);
    await guest.bubble.waitFor();
    return guest;
  }

  /** The conversations of the chat as the team sees them. */
  async function inbox(of = chat): Promise<SeenByTeam[]> {
    const { conversations } = await of.owner.query<{ conversations: { nodes: SeenByTeam[] } }>(
      `query ($id: ID!) { conversations(first: 3, filter: { channelIds: [$id] }) { nodes {
         id answers { key value } customer { name }
         messages(first: 20) { nodes {
           id body direction status attachments(first: 5) { nodes { fileName url } } } } } } }`,
      { id: of.channelId },
    );
    return conversations.nodes;
  }

  async function untilInbox(count = 1): Promise<SeenByTeam> {
    let found: SeenByTeam[] = [];
    await until(async () => {
      found = await inbox();
      return (found[0]?.messages.nodes.length ?? 0) >= count;
    }, 'the message in the inbox');
    expect(found).toHaveLength(1);
    return found[0]!;
  }

  const untilSaid = async (guest: Guest, wanted: string[]) => {
    let said: string[] = [];
    await until(
      async () => {
        said = await guest.said();
        return JSON.stringify(said) === JSON.stringify(wanted);
      },
      `${JSON.stringify(wanted)} on the page`,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)} There is ${JSON.stringify(said)}.`);
    });
  };

  test('a visitor answers the questions, writes, and reads the answer live', async () => {
    chat = await world.chat({ origins: [shop.origin], welcome: 'Hello!', intake: QUESTIONS });
    shop.attributes = { 'data-channel': chat.channelId };
    const guest = await visit();
    await guest.open();
    expect(await guest.panel.textContent()).toContain('Hello!');
    await guest.write('Where is my parcel?');
    expect(await guest.panel.textContent()).toContain('Please fill this in.');
    await guest.page.getByLabel('Your name').fill('Ada <b>Lovelace</b>');
    await guest.page.getByLabel('Topic').selectOption('Order');
    await guest.page.getByLabel('Send').click();
    const { id, answers, customer } = await untilInbox();
    expect([answers, customer.name]).toEqual([
      [
        { key: 'name', value: 'Ada <b>Lovelace</b>' },
        { key: 'topic', value: 'Order' },
      ],
      'Ada <b>Lovelace</b>',
    ]);
    await world.answer(chat, id, 'It is <img src=x onerror=alert(1)> on its way.');
    await untilSaid(guest, [
      '> Where is my parcel?',
      'It is <img src=x onerror=alert(1)> on its way.',
    ]);
    expect(await guest.page.getByLabel('Your name').isVisible()).toBe(false);
  });

  test('each side sees the other type, and the agent what was read', async () => {
    const guest = await visit();
    await guest.open();
    await guest.write('Hello?');
    const { id } = await untilInbox();
    const client = liveClient(chat.owner);
    const presence = follow<{ present: { activity: string }[] }>(
      client,
      { id },
      'subscription ($id: ID!) { presence(conversationId: $id) { present { activity } } }',
    );
    await presence.untilItems((items) => items.length > 0);
    await until(async () => {
      await guest.page.getByLabel('Write a message').fill('');
      await guest.page.getByLabel('Write a message').pressSequentially('I wonder');
      return presence.items.some(({ present }) => present[0]?.activity === 'TYPING');
    }, 'the customer typing');
    const input = { activity: 'TYPING' };
    await must(chat.owner, 'presenceSet', { conversationId: id, input }, 'conversation { id }');
    await guest.page.getByText('Shop is typing…').waitFor();
    await world.answer(chat, id, 'Yes?');
    await until(async () => (await inbox())[0]!.messages.nodes[1]?.status === 'READ', 'READ');
    await client.dispose();
  });

  test('what is not read is counted on the bubble, and read once the chat is open', async () => {
    const guest = await visit();
    await guest.open();
    await guest.write('Hello?');
    const { id } = await untilInbox();
    await guest.page.keyboard.press('Escape');
    expect(await guest.panel.isVisible()).toBe(false);
    await world.answer(chat, id, 'One');
    await world.answer(chat, id, 'Two');
    await guest.page.getByRole('button', { name: 'Open chat, 2 unread' }).waitFor();
    expect((await inbox())[0]!.messages.nodes.map(({ status }) => status)).not.toContain('READ');
    await guest.bubble.click();
    await until(
      async () => (await inbox())[0]!.messages.nodes.slice(1).every((it) => it.status === 'READ'),
      'READ',
    );
  });

  test('files go both ways, and pictures are shown', async () => {
    const guest = await visit();
    await guest.open();
    await guest.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'dent.png', mimeType: 'image/png', buffer: PNG });
    await guest.page.getByLabel('Remove dent.png').waitFor();
    await guest.write('It is dented.');
    const { id, messages } = await untilInbox();
    expect(messages.nodes[0]!.attachments.nodes.map(({ fileName }) => fileName)).toEqual([
      'dent.png',
    ]);
    const upload = await fetch(`${world.parley.url}/uploads?fileName=label.png`, {
      method: 'POST',
      headers: { authorization: `Bearer ${chat.owner.token}`, 'content-type': 'image/png' },
      body: PNG,
    });
    const { id: uploadId } = (await upload.json()) as { id: string };
    const input = { body: 'Here is a label.', attachmentIds: [uploadId] };
    await must(chat.owner, 'messageSend', { conversationId: id, input }, 'message { id }');
    await world.parley.app.drain();
    for (const name of ['dent.png', 'label.png']) {
      const picture = guest.page.getByRole('img', { name });
      await picture.waitFor();
      await until(
        () =>
          picture.evaluate((it) => (it as unknown as { naturalWidth: number }).naturalWidth === 1),
        `the picture ${name}`,
      );
    }
  });

  test('a file that the chat does not take is refused before it is sent', async () => {
    chat = await world.chat({ origins: [shop.origin], fileTypes: ['image/*'] });
    shop.attributes = { 'data-channel': chat.channelId };
    const guest = await visit();
    await guest.open();
    await guest.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'run.exe', mimeType: 'application/x-msdownload', buffer: PNG });
    await guest.page.getByText('run.exe is of a type that is not taken here.').waitFor();
  });

  test('a reload shows what was said', async () => {
    const guest = await visit();
    await guest.open();
    await guest.write('Hello?');
    const { id } = await untilInbox();
    await world.answer(chat, id, 'Yes?');
    await untilSaid(guest, ['> Hello?', 'Yes?']);
    await guest.page.reload();
    await guest.open();
    await untilSaid(guest, ['> Hello?', 'Yes?']);
    await guest.write('I am back.');
    await untilSaid(guest, ['> Hello?', 'Yes?', '> I am back.']);
    expect((await untilInbox(3)).id).toBe(id);
  });

  test('where storing is denied the chat works until the page is left', async () => {
    const before = `Object.defineProperty(window, 'localStorage', {
      get() { throw new DOMException('denied', 'SecurityError'); } });`;
    const guest = await visit({ before });
    await guest.open();
    await guest.write('Hello?');
    const { id } = await untilInbox();
    await world.answer(chat, id, 'Yes?');
    await untilSaid(guest, ['> Hello?', 'Yes?']);
    await guest.write('Still me');
    expect((await untilInbox(3)).id).toBe(id);
  });

  test('a cut line loses nothing and doubles nothing', async () => {
    const guest = await visit();
    await guest.open();
    await guest.write('One');
    const { id } = await untilInbox();
    await world.answer(chat, id, 'Two');
    await untilSaid(guest, ['> One', 'Two']);
    line.cut();
    await guest.page.getByText('Connecting…').waitFor();
    await world.answer(chat, id, 'Three');
    await guest.write('Four');
    await guest.write('Five');
    await guest.page.getByText('Waiting for the connection…').first().waitFor();
    line.mend();
    await untilSaid(guest, ['> One', 'Two', 'Three', '> Four', '> Five']);
    const { messages } = await untilInbox(5);
    expect(messages.nodes.map(({ body }) => body)).toEqual(['One', 'Two', 'Three', 'Four', 'Five']);
    await guest.page
      .getByText('Connecting…')
      .waitFor({ state: 'detached' })
      .catch(() => undefined);
    await world.answer(chat, id, 'Six');
    await untilSaid(guest, ['> One', 'Two', 'Three', '> Four', '> Five', 'Six']);
  });

  test('where no WebSocket gets through, answers come all the same', async () => {
    const guest = await visit();
    await guest.page.routeWebSocket(/graphql/, (socket) => socket.close());
    await guest.open();
    await guest.write('One');
    const { id } = await untilInbox();
    await world.answer(chat, id, 'Two');
    await untilSaid(guest, ['> One', 'Two']);
  });

  test('what is written offline is said so, kept over a reload, and sent once', async () => {
    const guest = await visit();
    await guest.open();
    await guest.write('One');
    await untilInbox();
    line.cut();
    await guest.context.setOffline(true);
    await guest.page.getByText('You are offline.').waitFor();
    await guest.write('Two');
    await guest.page.getByText('Waiting for the connection…').last().waitFor();
    await guest.context.setOffline(false);
    // the page comes again, and Parley is still away
    await guest.page.goto('about:blank');
    line.mend();
    await guest.page.goto(shop.origin);
    await guest.open();
    await untilSaid(guest, ['> One', '> Two']);
    const { messages } = await untilInbox(2);
    expect(messages.nodes.map(({ body }) => body)).toEqual(['One', 'Two']);
  });

  test('who writes too much is told to wait, and what is written is kept', async () => {
    chat = await world.chat({ origins: [shop.origin], messagesPerMinute: 1 });
    shop.attributes = { 'data-channel': chat.channelId };
    const guest = await visit();
    await guest.open();
    await guest.write('One');
    await untilInbox();
    await guest.write('Two');
    await guest.page.getByText(/That was a lot at once. Please wait \d+ seconds./).waitFor();
    await untilSaid(guest, ['> One', '> Two']);
  });

  test('a page that the channel does not allow is refused in words', async () => {
    chat = await world.chat({ origins: ['https://elsewhere.example'] });
    shop.attributes = { 'data-channel': chat.channelId };
    const guest = await visit();
    await guest.bubble.click();
    await guest.page.getByText('The chat can’t be used on this page.').waitFor();
    expect(await guest.page.getByLabel('Write a message').isVisible()).toBe(false);
    expect(guest.warnings.join()).toContain(`Pages of ${shop.origin} may not use this chat`);
    expect(await inbox()).toEqual([]);
  });

  test('a signed-in customer is known by the page’s token, and renewed when it ends', async () => {
    const seconds = Math.floor(Date.now() / 1_000);
    const tokens = [world.sign(chat, { sub: 'ada', name: 'Ada', exp: seconds - 60 })];
    const guest = await visit({
      before: `window.calls = 0; window.tokens = ${JSON.stringify(tokens)};
        window.parley = function () { (window.parley.q = window.parley.q || []).push(arguments); };
        window.parley('identify', () => window.tokens[Math.min(window.calls++, window.tokens.length - 1)]);`,
    });
    tokens.push(world.sign(chat, { sub: 'ada', name: 'Ada', exp: seconds + 600 }));
    await guest.page.evaluate(`window.tokens = ${JSON.stringify(tokens)}`);
    await guest.open();
    await guest.write('It is me.');
    expect((await untilInbox()).customer.name).toBe('Ada');
    await untilSaid(guest, ['> It is me.']);
  });

  test('a visitor who signs in keeps what was said, and leaves nothing on the device', async () => {
    const guest = await visit();
    await guest.open();
    await guest.write('Hello?');
    const { id } = await untilInbox();
    await untilSaid(guest, ['> Hello?']);
    const token = world.sign(chat, { sub: 'ada', name: 'Ada', exp: Date.now() / 1_000 + 600 });
    await guest.page.evaluate(`parley('identify', ${JSON.stringify(token)})`);
    await until(async () => (await inbox())[0]!.customer.name === 'Ada', 'Ada');
    await untilSaid(guest, ['> Hello?']);
    await guest.write('It is me.');
    await untilSaid(guest, ['> Hello?', '> It is me.']);
    expect((await untilInbox(2)).id).toBe(id);
    await guest.page.evaluate(`parley('identify', null)`);
    await untilSaid(guest, []);
    await guest.page.reload();
    await guest.open();
    expect(await guest.said()).toEqual([]);
  });

  test('the keyboard reaches all of it, and stays in it until Escape', async () => {
    const guest = await visit();
    const { page } = guest;
    await page.getByRole('button', { name: 'Buy' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Write a message').waitFor();
    const focused = () =>
      page.evaluate<string>(
        `(document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')
           ?? document.activeElement.tagName)`,
      );
    expect(await focused()).toBe('Write a message');
    const seen = new Set<string>();
    for (let count = 0; count < 8; count++) {
      await page.keyboard.press('Tab');
      seen.add(await focused());
    }
    expect([...seen].filter((it) => it === 'BUTTON' || it === 'BODY')).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining(['Close chat', 'Send', 'Attach a file']));
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Escape');
    expect(await guest.panel.isVisible()).toBe(false);
    expect(await focused()).toBe('Open chat');
  });

  test('it speaks the page’s language, and goes its way', async () => {
    shop.language = 'de';
    const german = await visit();
    shop.language = 'en';
    await german.page.getByRole('button', { name: 'Chat öffnen' }).waitFor();
    shop.attributes = { ...shop.attributes, 'data-lang': 'ar', 'data-color': 'rgb(0, 128, 64)' };
    const arabic = await visit({
      before: `window.parley = function () { (window.parley.q = window.parley.q || []).push(arguments); };
        window.parley('words', { open: 'فتح الدردشة' });`,
      reducedMotion: 'reduce',
    });
    const bubble = arabic.page.getByRole('button', { name: 'فتح الدردشة' });
    await bubble.waitFor();
    const box = (await bubble.boundingBox())!;
    expect(box.x).toBeLessThan(100);
    const style = await bubble.evaluate((it) => getComputedStyle(it).backgroundColor);
    expect(style).toBe('rgb(0, 128, 64)');
  });
});
