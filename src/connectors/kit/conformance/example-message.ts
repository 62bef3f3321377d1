import type { OutboundMessage } from '../connector';

const AT = new Date('2026-11-22T11:59:00.000Z');

/** A message to send, with what a connector needs beside it put in its place. */
export function exampleMessage(
  changes: Partial<Omit<OutboundMessage, 'conversation'>> & {
    conversation?: Partial<OutboundMessage['conversation']>;
  } = {},
): OutboundMessage {
  const { conversation, ...rest } = changes;
  return {
    id: 'msg_00000000000000000000000000',
    clientKey: '01890000-0000-7000-8000-000000000001',
    body: 'It leaves tomorrow.',
    content: null,
    attachments: [],
    replyTo: {
      externalId: 'question-1',
      direction: 'INBOUND',
      body: 'Where is my parcel?',
      sentAt: AT,
      platform: {},
    },
    queuedAt: AT,
    isHuman: true,
    authorName: 'Agent',
    plannedId: null,
    ...rest,
    conversation: {
      id: 'cnv_00000000000000000000000000',
      threadKey: 'thread-1',
      visibility: 'PRIVATE',
      subject: null,
      platform: {},
      customer: { externalId: 'person-1', handle: null, displayName: 'Person' },
      lastInboundAt: AT,
      history: [],
      ...conversation,
    },
  };
}
