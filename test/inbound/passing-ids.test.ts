import type { MessageItem, Party } from '../../src/connectors/kit/item';
import { startTestApp, type TestApp } from '../support/app';
import { asOwner } from '../support/owner';
import { at, itemsWorld, message, type ItemsWorld } from './items-world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** Somebody by their number, by their user id, or by both. */
const byPhone: Party = { externalId: '4930123', phone: '+4930123' };
const byId: Party = { externalId: 'DE.1' };
const byBoth: Party = { externalId: 'DE.1', aliases: ['4930123'], phone: '+4930123' };

/** A message in the talk with its author. */
function from(author: Party, minute: number, told: Partial<MessageItem> = {}): MessageItem {
  return message({
    ...{ author, threadKey: author.externalId, isWithCustomer: true, sentAt: at(minute) },
    ...told,
  });
}

/** Whom each message is from, and in which conversation it is, as small numbers. */
async function talks({ workspaceId }: ItemsWorld): Promise<string[]> {
  const rows = await asOwner<{ who: string; talk: string }>(
    parley,
    `select m.author_customer_id::text who, m.conversation_id::text talk from message m
     where m.workspace_id = $1 order by m.sent_at`,
    [workspaceId],
  );
  const seen: string[] = [];
  const number = (id: string) => {
    if (!seen.includes(id)) seen.push(id);
    return seen.indexOf(id);
  };
  const people = rows.map(({ who }) => number(who));
  return rows.map(({ talk }, n) => `${people[n]} in ${number(talk)}`);
}

test('a person who is first known by their number, and then by both, has one talk', async () => {
  const world = await itemsWorld(parley);
  await world.take(from(byPhone, 1));
  await world.take(from(byBoth, 2));
  await world.take(from(byId, 3));
  await world.take(from(byPhone, 4));
  expect(await talks(world)).toEqual(Array(4).fill('0 in 1'));
});

test('it is one talk in whatever order the messages come, and all at once too', async () => {
  for (const order of [
    [2, 1, 3],
    [3, 2, 1],
  ]) {
    const world = await itemsWorld(parley);
    const all = [from(byPhone, 1), from(byBoth, 2), from(byId, 3)];
    for (const n of order) await world.take(all[n - 1]!);
    expect(await talks(world)).toEqual(Array(3).fill('0 in 1'));
  }
  const world = await itemsWorld(parley);
  await world.take(from(byPhone, 1), from(byBoth, 2), from(byId, 3));
  expect(await talks(world)).toEqual(Array(3).fill('0 in 1'));
});

test('a number that passes on takes nobody with it', async () => {
  const next: Party = { externalId: 'DE.2', aliases: ['4930123'], phone: '+4930123' };
  const world = await itemsWorld(parley);
  await world.take(from(byBoth, 1));
  await world.take(from(next, 2));
  expect(await talks(world)).toEqual(['0 in 2', '1 in 3']);
  // from now on the number alone is the other person's
  await world.take(from(byPhone, 3));
  expect(await talks(world)).toEqual(['0 in 2', '1 in 3', '1 in 3']);

  const atOnce = await itemsWorld(parley);
  await atOnce.take(from(byBoth, 1), from(next, 2));
  expect(await talks(atOnce)).toEqual(['0 in 2', '1 in 3']);
});

test('a person whose number or id changes keeps their talk', async () => {
  const world = await itemsWorld(parley);
  await world.take(from(byPhone, 1));
  const moved: Party = { externalId: '4930999', phone: '+4930999' };
  await world.take({ type: 'party', party: moved, at: at(2), formerExternalId: '4930123' });
  await world.take(from(moved, 3));
  await world.take({
    type: 'party',
    party: { externalId: 'DE.7' },
    at: at(4),
    formerExternalId: '4930999',
  });
  await world.take(from({ externalId: 'DE.7' }, 5));
  expect(await talks(world)).toEqual(Array(3).fill('0 in 1'));
});

test('talk in a group is not the talk with who wrote there', async () => {
  const world = await itemsWorld(parley);
  await world.take(from(byBoth, 1, { threadKey: 'group 1', isWithCustomer: false }));
  await world.take(from(byBoth, 2));
  expect(await talks(world)).toEqual(['0 in 1', '0 in 2']);
});
