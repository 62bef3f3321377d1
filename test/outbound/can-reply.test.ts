import { silent, type Capabilities } from '../../src/connectors/kit/capabilities';
import { canReply, type ReplyFacts } from '../../src/domain/outbound/can-reply';

const now = new Date('2026-03-02T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const text: Capabilities = { ...silent, text: { longest: 100, unit: 'utf16', markup: 'NONE' } };
const window = { hours: 24, humanHours: 168 };

const facts: ReplyFacts = {
  capabilities: text,
  hasConnector: true,
  status: 'ACTIVE',
  link: 'NONE',
  health: 'OK',
  hasCustomer: true,
  unreachable: null,
  lastInboundAt: hoursAgo(1),
};

const cases: [
  words: string,
  change: Partial<ReplyFacts>,
  isHuman: boolean,
  reason: string | null,
][] = [
  ['the customer has written', {}, false, null],
  ['the connector has troubles that pass', { health: 'DEGRADED' }, false, null],
  [
    'the transport is the caller’s own',
    { hasConnector: false, capabilities: null },
    true,
    'NO_CONNECTOR',
  ],
  ['the connector sends nothing in such talk', { capabilities: null }, true, 'NOT_SUPPORTED'],
  ['neither text nor files can be sent', { capabilities: silent }, true, 'NOT_SUPPORTED'],
  ['the channel is paused', { status: 'PAUSED' }, true, 'CHANNEL_PAUSED'],
  ['the channel is disconnected', { status: 'DISCONNECTED' }, true, 'CHANNEL_DISCONNECTED'],
  ['no channel is linked to answer by', { link: 'MISSING' }, true, 'CHANNEL_NOT_LINKED'],
  ['the linked channel is paused', { link: 'PAUSED' }, true, 'CHANNEL_PAUSED'],
  ['the linked channel is disconnected', { link: 'DISCONNECTED' }, true, 'CHANNEL_DISCONNECTED'],
  ['the form gave no address', { unreachable: 'It gave none.' }, true, 'NO_RECIPIENT'],
  ['its credentials are no good', { health: 'NEEDS_RECONNECT' }, true, 'NEEDS_RECONNECT'],
  ['the customer has not written yet', { lastInboundAt: null }, true, 'NOTHING_TO_ANSWER'],
  [
    'the company may write first',
    { lastInboundAt: null, capabilities: { ...text, proactive: true } },
    false,
    null,
  ],
  [
    'the company may write first, but nobody knows to whom',
    { lastInboundAt: null, hasCustomer: false, capabilities: { ...text, proactive: true } },
    true,
    'NO_RECIPIENT',
  ],
  [
    'nothing has opened the window',
    { lastInboundAt: null, capabilities: { ...text, proactive: true, replyWindow: window } },
    true,
    'NOTHING_TO_ANSWER',
  ],
  ['the window is open', { capabilities: { ...text, replyWindow: window } }, false, null],
  [
    'the window has just closed',
    { lastInboundAt: hoursAgo(24), capabilities: { ...text, replyWindow: window } },
    false,
    'WINDOW_CLOSED',
  ],
  [
    'the window has closed for machines, but not for people',
    { lastInboundAt: hoursAgo(24), capabilities: { ...text, replyWindow: window } },
    true,
    null,
  ],
  [
    'the window has closed for people too',
    { lastInboundAt: hoursAgo(168), capabilities: { ...text, replyWindow: window } },
    true,
    'WINDOW_CLOSED',
  ],
  [
    'the window is the same for people',
    { lastInboundAt: hoursAgo(24), capabilities: { ...text, replyWindow: { hours: 24 } } },
    true,
    'WINDOW_CLOSED',
  ],
];

test.each(cases)('when %s, the answer says so', (_, change, isHuman, reason) => {
  const permission = canReply({ ...facts, ...change }, isHuman, now);
  expect(permission).toMatchObject({ allowed: reason === null, reason });
  expect(permission.message === null).toBe(reason === null);
});

test('the end of the window counts from the customer’s last message and depends on who writes', () => {
  const limited = { ...facts, capabilities: { ...text, replyWindow: window } };
  expect(canReply(limited, false, now).until).toEqual(new Date('2026-03-03T11:00:00Z'));
  expect(canReply(limited, true, now).until).toEqual(new Date('2026-03-09T11:00:00Z'));
  expect(canReply(facts, true, now).until).toBeNull();
});
