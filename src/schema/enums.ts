import { registerEnumType } from 'type-graphql';
import { Permission } from '../auth/permissions';
import { ChannelKind } from '../domain/channel/kinds';
import { ReplyRefusal } from '../domain/outbound/reply-refusal';
import { ResponseMetricsDimension } from '../domain/metrics/dimensions';

/** An enum object from a list of names, for closed sets that the code keeps as string unions. */
function namesOf<const T extends string>(...names: T[]): { [K in T]: K } {
  return Object.fromEntries(names.map((name) => [name, name])) as { [K in T]: K };
}

export const ConversationStatus = namesOf('OPEN', 'CLOSED');
export const Visibility = namesOf('PUBLIC', 'PRIVATE');
export const MessageDirection = namesOf('INBOUND', 'OUTBOUND', 'NOTE');
export const MessageStatus = namesOf('QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED');
export const MessageRecordDirection = namesOf('INBOUND', 'OUTBOUND');
export const ChannelStatus = namesOf('ACTIVE', 'PAUSED', 'DISCONNECTED');
export const ChannelHealthStatus = namesOf('OK', 'DEGRADED', 'NEEDS_RECONNECT');
export const UserRole = namesOf('OWNER', 'ADMIN', 'SUPERVISOR', 'AGENT', 'ANALYST');
export const UserStatus = namesOf('INVITED', 'ACTIVE', 'DISABLED');
export const ConversationOrder = namesOf(
  'LAST_MESSAGE_DESC',
  'LAST_MESSAGE_ASC',
  'STARTED_DESC',
  'STARTED_ASC',
);
export const CustomerOrder = namesOf('CREATED_DESC', 'CREATED_ASC', 'UPDATED_DESC', 'UPDATED_ASC');
export const TouchpointOrder = namesOf('OCCURRED_DESC', 'OCCURRED_ASC');
export const MessageOrder = namesOf('SENT_ASC', 'SENT_DESC');
export const MessageTemplateStatus = namesOf(
  'APPROVED',
  'PENDING',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'OTHER',
);
export const TemplateParameterKind = namesOf('TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'URL', 'CODE');
export const UpsertOutcome = namesOf('CREATED', 'UPDATED', 'UNCHANGED');
export const TouchpointOutcome = namesOf('CREATED', 'UNCHANGED', 'REJECTED');
export const RevisionKind = namesOf('EDITED', 'DELETED');
export const ChatAuthor = namesOf('CUSTOMER', 'COMPANY');
export const ChatQuestionKind = namesOf('LINE', 'TEXT', 'EMAIL', 'PHONE', 'CHOICE', 'CONSENT');
export const ChatUpdateKind = namesOf('MESSAGE', 'CONVERSATION', 'HEARTBEAT', 'RESYNC_REQUIRED');
export const EventUpdateKind = namesOf('EVENT', 'HEARTBEAT', 'RESYNC_REQUIRED');
export const InboxUpdateKind = namesOf(
  'ENTERED',
  'CHANGED',
  'LEFT',
  'HEARTBEAT',
  'RESYNC_REQUIRED',
);
export const MessageActionKind = namesOf('HIDE', 'SHOW', 'DELETE', 'REACT', 'UNREACT', 'MARK_READ');
export const MessageActionStatus = namesOf('QUEUED', 'DONE', 'FAILED');
export const PresenceActivity = namesOf('VIEWING', 'TYPING');
export const AttachmentStatus = namesOf('REMOTE', 'PENDING', 'STORED', 'FAILED', 'REMOVED');
export const WebhookEndpointStatus = namesOf('ENABLED', 'DISABLED');
export const WebhookDisabledReason = namesOf('MANUAL', 'GONE', 'FAILING');
export const WebhookDeliveryKind = namesOf('EVENT', 'PING');
export const WebhookDeliveryStatus = namesOf('PENDING', 'DELIVERED', 'FAILED');
export const InboundDeliverySource = namesOf('WEBHOOK', 'POLL', 'STREAM');
export const InboundDeliveryStatus = namesOf('PENDING', 'PROCESSED', 'DEAD');
export const ActorKind = namesOf('USER', 'API_KEY', 'CUSTOMER', 'CONNECTOR', 'SYSTEM');

const notices = {
  EVENT: 'Something happened: `event` says what.',
  HEARTBEAT:
    'Nothing more up to `position`. The first one says that the past is over; others come every few seconds.',
  RESYNC_REQUIRED:
    'Events after your position are gone from the log. Read anew what you keep; what follows comes after `position`.',
};

const registered: [
  enumObject: object,
  name: string,
  description: string,
  values?: Record<string, string>,
][] = [
  [ConversationStatus, 'ConversationStatus', 'Whether a conversation still waits for the company.'],
  [Visibility, 'Visibility', 'Whether others can read along.'],
  [MessageDirection, 'MessageDirection', 'From a customer, to one, or internal.'],
  [
    MessageStatus,
    'MessageStatus',
    'How far a message has come that Parley sends.',
    {
      QUEUED: 'It waits to be sent.',
      SENDING: 'It is being sent, or it is being found out whether it was.',
      SENT: 'The platform has it.',
      DELIVERED: 'It has reached the customer.',
      READ: 'The customer has seen it.',
      FAILED: 'It was not sent: `failure` says why, and what can be done.',
    },
  ],
  [
    ReplyRefusal,
    'ReplyRefusal',
    'Why nothing can be sent in a conversation now.',
    {
      NO_CONNECTOR: 'The channel has no connector: its transport is your own.',
      NOT_SUPPORTED: 'Nothing can be sent in such conversations on this channel.',
      CHANNEL_PAUSED: 'The channel is paused.',
      CHANNEL_DISCONNECTED: 'The channel is disconnected.',
      CHANNEL_NOT_LINKED:
        'Messages go out by another channel, and the channel’s settings name none.',
      NEEDS_RECONNECT: 'The platform does not accept the channel’s credentials any longer.',
      NO_RECIPIENT: 'It is not known whom the conversation is with.',
      NOTHING_TO_ANSWER: 'The customer has to write first on this platform.',
      WINDOW_CLOSED: 'The time is over in which the platform takes answers.',
      ALREADY_ANSWERED: 'Of a private answer to a public message: there is one already.',
    },
  ],
  [MessageRecordDirection, 'MessageRecordDirection', 'From a customer, or to one.'],
  [ChannelStatus, 'ChannelStatus', 'Whether a channel takes part.'],
  [
    ChannelHealthStatus,
    'ChannelHealthStatus',
    'How a connector gets on with a channel.',
    {
      OK: 'All is well.',
      DEGRADED: 'Something is in the way, and is tried again by itself.',
      NEEDS_RECONNECT: 'The account’s credentials are no good any longer: somebody has to act.',
    },
  ],
  [ChannelKind, 'ChannelKind', 'The platform that a channel is on.'],
  [UserRole, 'UserRole', 'What a user may do; OWNER and ADMIN everything, ANALYST only read.'],
  [UserStatus, 'UserStatus', 'INVITED until the first sign-in.'],
  [ConversationOrder, 'ConversationOrder', 'By the newest message or by the earliest.'],
  [CustomerOrder, 'CustomerOrder', 'By creation or by last change.'],
  [TouchpointOrder, 'TouchpointOrder', 'By the time they happened.'],
  [MessageOrder, 'MessageOrder', 'By the provider’s time, then its order key, then id.'],
  [UpsertOutcome, 'UpsertOutcome', 'What an upsert did.'],
  [TouchpointOutcome, 'TouchpointOutcome', 'What became of one touchpoint of a batch.'],
  [RevisionKind, 'RevisionKind', 'What happened to a message.'],
  [EventUpdateKind, 'EventUpdateKind', 'What an item of a subscription is.', notices],
  [
    InboxUpdateKind,
    'InboxUpdateKind',
    'What became of a conversation in a live list.',
    {
      ENTERED: 'It matches the filter, and did not before: add it.',
      CHANGED: 'It matched before and still does: read it again.',
      LEFT: 'It does not match any longer: take it out.',
      ...notices,
    },
  ],
  [ChatAuthor, 'ChatAuthor', 'Who wrote a message of a chat.'],
  [
    ChatQuestionKind,
    'ChatQuestionKind',
    'What kind of answer a question takes.',
    { CONSENT: 'A box to tick: `yes` or `no`.', LINE: 'One line of text.', TEXT: 'Any text.' },
  ],
  [
    ChatUpdateKind,
    'ChatUpdateKind',
    'What an item of a chat’s subscription is.',
    {
      MESSAGE: 'A message is new, or has changed: put it in the place of the one with its id.',
      CONVERSATION: 'The conversation was closed, or opened again.',
      ...notices,
    },
  ],
  [
    MessageActionKind,
    'MessageActionKind',
    'What is done on the platform to a message that is there.',
    {
      HIDE: 'It is hidden from the public.',
      SHOW: 'It is shown to the public again.',
      DELETE: 'It is deleted.',
      REACT: 'The company reacts to it.',
      UNREACT: 'The company takes its reaction back.',
      MARK_READ: 'The customer is told that it was read, and all before it.',
    },
  ],
  [
    MessageActionStatus,
    'MessageActionStatus',
    'How far something has come that is done to a message.',
    {
      QUEUED: 'It waits to be done, or to be tried again.',
      DONE: 'The platform has done it.',
      FAILED: 'It was not done: `failure` says why.',
    },
  ],
  [PresenceActivity, 'PresenceActivity', 'What somebody does in a conversation at this moment.'],
  [
    AttachmentStatus,
    'AttachmentStatus',
    'Whether the bytes of a file are here.',
    {
      REMOTE: 'Only known of: nobody fetches it.',
      PENDING: 'It is being fetched from the platform.',
      STORED: 'They are here: `url` leads to them.',
      FAILED: 'They could not be had; `failure` says why.',
      REMOVED: 'Its message is deleted.',
    },
  ],
  [WebhookEndpointStatus, 'WebhookEndpointStatus', 'Whether an endpoint is told of events.'],
  [
    WebhookDisabledReason,
    'WebhookDisabledReason',
    'Why an endpoint is disabled.',
    {
      MANUAL: 'Somebody switched it off.',
      GONE: 'The receiver answered 410 Gone.',
      FAILING: 'Nothing got through for as long as a delivery is tried.',
    },
  ],
  [WebhookDeliveryKind, 'WebhookDeliveryKind', 'What a delivery tells.'],
  [
    WebhookDeliveryStatus,
    'WebhookDeliveryStatus',
    'What became of a delivery.',
    {
      PENDING: 'It has not got through yet, and is going to be tried.',
      DELIVERED: 'The receiver answered with a status from 200 to 299.',
      FAILED: 'It was given up. It can be redelivered.',
    },
  ],
  [
    InboundDeliverySource,
    'InboundDeliverySource',
    'How a delivery came.',
    {
      WEBHOOK: 'The platform sent it to the channel’s address.',
      POLL: 'It was read from the platform.',
      STREAM: 'It came on a connection that stays open.',
    },
  ],
  [
    InboundDeliveryStatus,
    'InboundDeliveryStatus',
    'What became of a delivery.',
    {
      PENDING:
        'It is going to be processed, or tried again; that of a paused channel waits for it.',
      PROCESSED: 'What it holds is here.',
      DEAD: 'It could not be processed: `error` says why. It can be retried.',
    },
  ],
  [
    MessageTemplateStatus,
    'MessageTemplateStatus',
    'Whether a template can be sent.',
    {
      APPROVED: 'It can be sent.',
      PENDING: 'The platform has not decided yet.',
      REJECTED: 'The platform has refused it.',
      PAUSED: 'The platform holds it back for a while, because of how customers take it.',
      DISABLED: 'The platform does not send it any longer.',
      OTHER: 'The platform says something else, which Parley does not know.',
    },
  ],
  [
    TemplateParameterKind,
    'TemplateParameterKind',
    'What stands for a parameter of a template.',
    {
      TEXT: 'A line of text.',
      IMAGE: 'The address of an image.',
      VIDEO: 'The address of a video.',
      DOCUMENT: 'The address of a document.',
      URL: 'What is added to the address that a button leads to.',
      CODE: 'A code that a button copies.',
    },
  ],
  [ActorKind, 'ActorKind', 'What kind of actor acts.'],
  [Permission, 'Permission', 'What an API key or a role may do.'],
  [ResponseMetricsDimension, 'ResponseMetricsDimension', 'What response metrics are split by.'],
];

for (const [enumObject, name, description, values = {}] of registered) {
  const described = Object.entries(values).filter(([value]) => value in enumObject);
  const valuesConfig = Object.fromEntries(
    described.map(([value, text]) => [value, { description: text }]),
  );
  registerEnumType(enumObject, { name, description, valuesConfig });
}
