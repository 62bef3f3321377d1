import type { InboundAttachment, InboundItem, MessageContent, MessageItem } from '../kit/item';
import { filled, partsOf, pointOf } from './content';
import { fieldsOf, idOf, listOf, momentOf, textOf, writtenOf, type Fields } from './fields';
import { orderOfId, timeOfId, webUrlOf } from './ids';
import { attachmentOf, mediumOf, oldMediumOf, type Medium } from './media';
import { partyOf, type People } from './people';

/** What direct messages are read with. */
export interface Mail {
  company: string;
  people: People;
  /** Media by their keys. */
  media: ReadonlyMap<string, Fields>;
  receivedAt: Date;
}

/** The key of the private talk with somebody, encrypted or not; of a group by the group's own id. */
export function privateThreadWith(id: string): string {
  return `dm/${id}`;
}

/** The group or person that a key of private talk is of; null for a key of public talk. */
export function partnerIn(threadKey: string): string | null {
  return threadKey.startsWith('dm/') ? threadKey.slice(3) : null;
}

/** A direct message in the form of webhooks; null for events of other kinds. */
export function sentMessage(event: Fields, mail: Mail): InboundItem | null {
  const created = fieldsOf(event.message_create);
  const id = idOf(event, 'id');
  const senderId = idOf(created, 'sender_id');
  const recipientId = idOf(fieldsOf(created?.target), 'recipient_id');
  if (!created || id === null || senderId === null || recipientId === null) return null;
  const data = fieldsOf(created.message_data) ?? {};
  const media = [fieldsOf(fieldsOf(data.attachment)?.media)].flatMap((it) =>
    it ? oldMediumOf(it) : [],
  );
  const other = senderId === mail.company ? recipientId : senderId;
  return messageOf(
    {
      ...{ id, senderId, media, text: writtenOf(textOf(data.text) ?? '') },
      threadKey: privateThreadWith(other),
      customerId: other,
      sentAt: momentOf(event.created_timestamp) ?? timeOfId(id),
      content: {
        ...partsOf(fieldsOf(data.entities), media),
        ...choiceIn(data),
        ...placeIn(data),
        ...originOf(event, created),
      },
      platform: {},
    },
    mail,
  );
}

function choiceIn(data: Fields): MessageContent {
  const answer = fieldsOf(data.quick_reply_response);
  const payload = textOf(answer?.metadata);
  if (!answer) return {};
  return { choice: { title: textOf(data.text) ?? '', ...(payload !== null && { payload }) } };
}

function placeIn(data: Fields): MessageContent {
  const location = fieldsOf(fieldsOf(data.attachment)?.location);
  const place = fieldsOf(fieldsOf(location?.shared_place)?.place);
  const point =
    pointOf(fieldsOf(fieldsOf(location?.shared_coordinate)?.coordinates)?.coordinates) ??
    pointOf(fieldsOf(place?.centroid)?.coordinates ?? place?.centroid);
  const name = textOf(place?.full_name);
  return point ? { location: { ...point, ...(name !== null && { name }) } } : {};
}

/** The post or greeting that the customer wrote from. */
function originOf(event: Fields, created: Fields): MessageContent {
  const origin = fieldsOf(event.initiated_via) ?? fieldsOf(created.initiated_via);
  return origin ? { referral: origin } : {};
}

const spoken = 'MessageCreate';

/** Whether something read from the API is an event of direct messages. */
export function isMailEvent({ event_type: type }: Fields): boolean {
  return type === spoken || type === 'ParticipantsJoin' || type === 'ParticipantsLeave';
}

/** A direct message as it is read; null for events of other kinds. */
export function readMessage(event: Fields, mail: Mail): InboundItem | null {
  const id = idOf(event, 'id');
  const senderId = idOf(event, 'sender_id');
  if (event.event_type !== spoken || id === null || senderId === null) return null;
  const conversationId = idOf(event, 'dm_conversation_id');
  const partner = partnerOf(conversationId, senderId, mail.company);
  // the company's own, nobody knows to whom
  if (partner === null) return null;
  const keys = fieldsOf(event.attachments)?.media_keys;
  const media = (Array.isArray(keys) ? keys : []).flatMap((key: unknown) =>
    typeof key === 'string' ? mediumOf(mail.media.get(key) ?? { media_key: key }) : [],
  );
  const [shared] = [...listOf(event.referenced_tweets), ...listOf(event.referenced_posts)];
  const sharedId = idOf(shared ?? null, 'id');
  const isGroup = partner === conversationId;
  return messageOf(
    {
      ...{ id, senderId, media, text: writtenOf(textOf(event.text) ?? '') },
      threadKey: privateThreadWith(partner),
      customerId: isGroup ? (senderId === mail.company ? null : senderId) : partner,
      sentAt: exactly(id, momentOf(event.created_at)),
      content: {
        ...partsOf(fieldsOf(event.entities), media),
        ...(sharedId !== null && { share: { externalId: sharedId, url: webUrlOf(sharedId) } }),
      },
      platform: isGroup ? { groupId: conversationId } : {},
    },
    mail,
  );
}

/** Looks tell times to the second, webhooks to the millisecond, which the id holds as well. */
function exactly(id: string, told: Date | null): Date | null {
  const held = timeOfId(id);
  const isSame = !told || !held || Math.abs(held.getTime() - told.getTime()) < 1_000;
  return isSame ? (held ?? told) : told;
}

/** `first-second` is a talk of two; another id is that of a group. */
function partnerOf(conversationId: string | null, sender: string, company: string): string | null {
  if (conversationId === null) return sender === company ? null : sender;
  const pair = /^(\d+)[-:](\d+)$/.exec(conversationId);
  if (!pair) return conversationId;
  return pair[1] === company ? pair[2]! : pair[2] === company ? pair[1]! : sender;
}

/** An encrypted message: that there is one is all that can be told. */
export function chatMessage(payload: Fields, type: string, mail: Mail): InboundItem | null {
  const id = textOf(payload.id);
  const senderId = idOf(payload, 'sender_id');
  if (id === null || senderId === null) return null;
  const conversationId = textOf(payload.conversation_id);
  const partner = partnerOf(conversationId, senderId, mail.company);
  if (partner === null) return null;
  const isGroup = partner === conversationId;
  const item = messageOf(
    {
      ...{ id, senderId, media: [], text: '' },
      threadKey: privateThreadWith(partner),
      customerId: isGroup ? (senderId === mail.company ? null : senderId) : partner,
      sentAt: momentOf(payload.created_at_msec),
      content: { unsupported: type },
      platform: { isEncrypted: true, ...(isGroup && { groupId: conversationId }) },
    },
    mail,
  );
  // that somebody has come is nothing to answer
  return /join$/.test(type) ? { ...item, isAutomatic: true } : item;
}

interface Told {
  id: string;
  senderId: string;
  threadKey: string;
  customerId: string | null;
  sentAt: Date | null;
  text: string;
  media: readonly Medium[];
  content: MessageContent;
  platform: Record<string, unknown>;
}

function messageOf(told: Told, { company, people, receivedAt }: Mail): MessageItem {
  const { id, senderId, customerId, media } = told;
  const isOwn = senderId === company;
  const customer = customerId === null ? null : partyOf(customerId, people);
  const attachments: InboundAttachment[] = media.map(attachmentOf);
  return {
    type: 'message',
    threadKey: told.threadKey,
    externalId: id,
    direction: isOwn ? 'OUTBOUND' : 'INBOUND',
    author: isOwn ? null : senderId === customerId ? customer : partyOf(senderId, people),
    customer,
    sentAt: told.sentAt ?? receivedAt,
    orderKey: orderOfId(id),
    body: told.text,
    visibility: 'PRIVATE',
    attachments,
    content: filled(told.content),
    platform: told.platform,
  };
}

/** That somebody has read up to a message; null where it is the company itself. */
export function readMark(event: Fields, { company, receivedAt }: Mail): InboundItem | null {
  const readerId = idOf(event, 'sender_id');
  if (readerId === null || readerId === company) return null;
  const lastId = idOf(event, 'last_read_event_id');
  const at = (lastId && timeOfId(lastId)) || momentOf(event.created_timestamp) || receivedAt;
  return {
    ...{ type: 'receipt', status: 'READ', at, about: { threadKey: privateThreadWith(readerId) } },
  };
}
