import { normalise } from '../../src/connectors/email/normalise';
import type { MessageItem } from '../../src/connectors/kit/item';
import { itemsWorld } from '../inbound/items-world';
import { startTestApp, type TestApp } from '../support/app';
import { asOwner } from '../support/owner';
import { absence, archiveMails, isSharedThere, payloadMails, type RealMail } from './corpora';
import { mailbox, NOW } from './letters';

const testThere = isSharedThere ? test : test.skip;
if (!isSharedThere) process.stdout.write(`Skipped: ${absence}.\n`);

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** What real mails say, in their order. */
async function read(mails: readonly RealMail[]): Promise<MessageItem[]> {
  const items: MessageItem[] = [];
  for (const { name, raw } of mails) {
    const said = await normalise(
      { source: 'POLL', headers: {}, body: raw, receivedAt: NOW },
      mailbox,
    );
    if (said.length !== 1 || said[0]!.type !== 'message') throw new Error(`${name} is no message.`);
    items.push(said[0]);
  }
  return items;
}

/** The mails with ids of their own where another one has theirs, as they are taken in one by one. */
function toldApart(items: readonly MessageItem[]): MessageItem[] {
  const holders = new Map<string, string>();
  return items.map((item) => {
    const { fingerprint, externalId } = item.namesake!;
    const holder = holders.get(item.externalId) ?? fingerprint;
    holders.set(item.externalId, holder);
    return holder === fingerprint ? item : { ...item, externalId };
  });
}

/** How many groups headers make of mails: what names the same id belongs together. */
function groupsByHeaders(items: readonly MessageItem[]): number {
  const parent = new Map<string, string>();
  const root = (id: string): string => {
    const up = parent.get(id) ?? id;
    if (up === id) return id;
    const top = root(up);
    parent.set(id, top);
    return top;
  };
  for (const { externalId, relatedTo = [] } of items) {
    for (const id of relatedTo) parent.set(root(externalId), root(id));
  }
  return new Set(items.map(({ externalId }) => root(externalId))).size;
}

/** Takes items in by so many at a time; counts what came of them. */
async function takeIn(items: readonly MessageItem[], size: number) {
  const { workspaceId, take } = await itemsWorld(parley, { kind: 'EMAIL' });
  for (let at = 0; at < items.length; at += size) await take(...items.slice(at, at + size));
  const [row] = await asOwner(
    parley,
    `select count(*)::int messages, count(distinct conversation_id)::int conversations
     from message where workspace_id = $1`,
    [workspaceId],
  );
  return row as { messages: number; conversations: number };
}

testThere(
  'the whole mails of the payload folders go in',
  async () => {
    const mails = payloadMails();
    const items = await read(mails);
    const apart = toldApart(items);
    const ids = new Set(apart.map(({ externalId }) => externalId));
    const { messages, conversations } = await takeIn(items, 20);
    expect(messages).toBe(ids.size);
    expect(conversations).toBe(groupsByHeaders(apart));
  },
  60_000,
);

testThere(
  'the 2,750 mails of the archive go in, in conversations as their headers say',
  async () => {
    const items = await read(archiveMails());
    expect(items).toHaveLength(2_750);
    const apart = toldApart(items);
    const ids = new Set(apart.map(({ externalId }) => externalId));
    const groups = groupsByHeaders(apart);
    const together = await takeIn(items, items.length);
    expect(together).toEqual({ messages: ids.size, conversations: groups });
    // the few more are those that a mail of a later batch joins, which stay two
    const batches = await takeIn(items, 100);
    expect(batches.messages).toBe(ids.size);
    expect(batches.conversations / groups).toBeLessThan(1.005);
  },
  120_000,
);
