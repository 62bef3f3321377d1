import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { globalId } from '../../src/domain/kit/ids';
import type { StoredEvent } from '../../src/events/log';
import { eventTypes } from '../../src/events/registry';
import { decodeEvent, encodeEvent } from '../../src/nats/envelope';

const uuid = fc.uuid({ version: [4, 7] });
const moment = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const idFields = {
  assigneeId: fc.option(uuid),
  channelId: uuid,
  conversationId: uuid,
  customerId: fc.option(uuid),
  identityId: uuid,
  tagId: uuid,
  tagIds: fc.array(uuid, { maxLength: 3 }),
};
const facts = fc.record(
  { ...idFields, status: fc.constantFrom('OPEN', 'CLOSED'), startedAt: moment },
  { requiredKeys: [] },
);
const text = fc.oneof(
  fc.string(),
  // what looks like an id and is none
  uuid,
  uuid.map((id) => globalId('Customer', id)),
);
const data = fc.record(
  {
    ...idFields,
    conversation: facts,
    was: fc.option(facts),
    type: text,
    fields: fc.array(text, { maxLength: 3 }),
    count: fc.integer(),
  },
  { requiredKeys: [] },
);
const storedEvent: fc.Arbitrary<StoredEvent> = fc.record({
  workspaceId: uuid,
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  id: uuid,
  type: fc.oneof(fc.constantFrom(...Object.keys(eventTypes)), fc.constant('a_later.type')),
  version: fc.integer({ min: 1, max: 99 }),
  occurredAt: moment,
  recordedAt: moment,
  actor: fc.record({ kind: fc.constantFrom('USER', 'API_KEY', 'SYSTEM', 'LATER'), id: uuid }),
  subjectId: uuid,
  conversationId: fc.option(uuid),
  customerId: fc.option(uuid),
  channelId: fc.option(uuid),
  data,
});

test('whatever the log can hold comes back from a message as it was', () => {
  fc.assert(
    fc.property(storedEvent, (event) => {
      // as the database gives it: nothing but what JSON knows
      const stored = JSON.parse(JSON.stringify(event)) as StoredEvent;
      expect(decodeEvent(encodeEvent(stored))).toEqual(stored);
    }),
    { numRuns: 300 },
  );
});

test('no bare UUID of a known kind gets out', () => {
  const tagId = randomUUID();
  const event: StoredEvent = {
    ...{ workspaceId: randomUUID(), position: 1, id: randomUUID(), version: 1 },
    ...{ type: 'conversation.tagged', subjectId: randomUUID() },
    ...{ occurredAt: '2026-01-01T00:00:00.000Z', recordedAt: '2026-01-01T00:00:00.000Z' },
    ...{ conversationId: randomUUID(), customerId: randomUUID(), channelId: randomUUID() },
    actor: { kind: 'API_KEY', id: randomUUID() },
    data: { tagId, conversation: { tagIds: [tagId] }, was: { assigneeId: randomUUID() } },
  };
  expect(encodeEvent(event)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
});

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['a number', '1'],
  ['an empty object', '{}'],
  ['an event with the position 0', change({ position: 0 })],
  ['an event of no workspace', change({ workspaceId: undefined })],
  ['an event whose id is of another kind', change({ id: globalId('Tag', randomUUID()) })],
  ['an event without data', change({ data: null })],
])('%s is no event', (_, message) => {
  expect(decodeEvent(message)).toBeNull();
});

test('an event with more in it than we know is one', () => {
  expect(decodeEvent(change({ later: true }))).toMatchObject({ position: 7 });
});

function change(fields: object): string {
  const [event] = fc.sample(storedEvent, { numRuns: 1, seed: 1 });
  const message = JSON.parse(encodeEvent({ ...event!, position: 7 })) as object;
  return JSON.stringify({ ...message, ...fields });
}
