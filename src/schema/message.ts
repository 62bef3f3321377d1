import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { ConversationType } from './conversation';
import { CustomerType } from './customer';
import {
  MessageDirection,
  MessageRecordDirection,
  MessageStatus,
  UpsertOutcome,
  Visibility,
} from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime, JSONObject } from './shared/scalars';
import { AttachmentInput } from './attachment';
import { PostInput } from './post';
import { UserType } from './workspace';

@ObjectType({ description: 'Why a message was not sent.', simpleResolvers: true })
export class MessageFailure {
  @Field({ description: 'For programs, in capitals, such as `WINDOW_CLOSED`.' })
  code: string;

  @Field({ description: 'For people: what happened and what they can do.' })
  message: string;
}

@ObjectType('Message', {
  implements: Node,
  simpleResolvers: true,
  description: 'One utterance in a conversation.',
})
export class MessageType extends Node {
  @Field(() => String, { nullable: true, description: 'The platform’s id; unique in its channel.' })
  externalId: string | null;

  @Field(() => MessageDirection, { description: 'From a customer, to one, or internal.' })
  direction: keyof typeof MessageDirection;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation that it is in.' })
  conversation: ConversationType | null;

  @Field(() => ChannelType, {
    nullable: true,
    description:
      'The channel that it went out or came in by, where that is not its conversation’s: the e-mail channel that a contact form’s answers go by. Null where you don’t see that channel.',
  })
  carrierChannel: ChannelType | null;

  @Field(() => CustomerType, { nullable: true, description: 'The customer who wrote it.' })
  authorCustomer: CustomerType | null;

  @Field(() => UserType, { nullable: true, description: 'The user who wrote it.' })
  authorUser: UserType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of an author who is neither: the brand, a bot, a machine.',
  })
  authorName: string | null;

  @Field(() => MessageType, { nullable: true, description: 'The message that it answers.' })
  replyTo: MessageType | null;

  @Field(() => MessageType, {
    nullable: true,
    description: 'For an inbound message: its earliest answer.',
  })
  response: MessageType | null;

  @Field(() => MessageType, {
    nullable: true,
    description:
      'For a public message: the answer to it in a private conversation, whose `replyTo` is this one.',
  })
  privateReply: MessageType | null;

  @Field({ description: 'The text as written; what it was before edits stands in `revisions`.' })
  body: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The platform’s id of the message that it answers, also when that message is not here.',
  })
  replyToExternalId: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'For an inbound message: when its earliest answer was sent; null while there is none.',
  })
  respondedAt: Date | null;

  @Field(() => DateTime, {
    description: 'The provider’s time; order is by it, then `orderKey`, then `id`.',
  })
  sentAt: Date;

  @Field({
    description: 'The platform’s own order among messages of the same time, a whole number.',
  })
  orderKey: string;

  @Field(() => DateTime, { description: 'When Parley received it.' })
  receivedAt: Date;

  @Field(() => MessageStatus, {
    nullable: true,
    description: 'How far it has come; null for what Parley does not send.',
  })
  status: keyof typeof MessageStatus | null;

  @Field(() => MessageFailure, {
    nullable: true,
    description: 'Why it was not sent; null unless it is FAILED.',
  })
  failure: MessageFailure | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it came to whom it was sent to, as the platform first said.',
  })
  deliveredAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was read, as the platform first said; not all do.',
  })
  readAt: Date | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'Structured parts beside the text, as far as it has any: `html` (as it came: make it safe before you show it), `location`, `contacts`, `choice`, `order`, `share`, `story`, `referral`, `unsupported`. `fullLength` is the length in characters of a text that was too long to be kept whole, `fileCount` the number of files where more than 20 came.',
  })
  content: Record<string, unknown> | null;

  @Field({
    description:
      'Whether a machine sent it, such as an out-of-office note: it is no reason to answer, opens nothing again and counts in no metric.',
  })
  isAutomatic: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was hidden from the public; null while everybody can see it.',
  })
  hiddenAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The provider’s time of the last edit.' })
  editedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The provider’s time of its deletion.' })
  deletedAt: Date | null;
}

export const MessageConnection = connectionOf('Message', () => MessageType);

@InputType({ description: 'Somebody on the channel’s platform, in the channel’s identity scope.' })
export class MessagePartyInput {
  @Field({ description: 'The platform’s id of the person; at most 500 characters.' })
  externalId: string;

  @Field(() => String, { nullable: true, description: 'The name that others see, without the @.' })
  handle?: string | null;

  @Field(() => String, { nullable: true, description: 'The display name on the platform.' })
  displayName?: string | null;
}

@InputType({ description: 'A message that your own transport carried.' })
export class MessageRecordInput {
  @Field({
    description: 'The platform’s key of the conversation; a new one begins a conversation.',
  })
  threadKey: string;

  @Field({ description: 'The platform’s id of the message; the same one again changes nothing.' })
  externalId: string;

  @Field(() => MessageRecordDirection, { description: 'From a customer, or to one.' })
  direction: keyof typeof MessageRecordDirection;

  @Field({ description: 'The text as written; 1 to 65,536 characters.' })
  body: string;

  @Field(() => DateTime, { description: 'The provider’s time, between 1900 and 2200.' })
  sentAt: Date;

  @Field(() => String, {
    nullable: true,
    description:
      'The platform’s own order among messages of the same time; a whole number of at most 18 digits.',
  })
  orderKey?: string | null;

  @Field(() => MessagePartyInput, {
    nullable: true,
    description: 'Whom the conversation is with; left out of an inbound message, its author.',
  })
  customer?: MessagePartyInput | null;

  @Field(() => MessagePartyInput, {
    nullable: true,
    description:
      'Who wrote an inbound message; left out, the customer. Public talk can have several authors.',
  })
  author?: MessagePartyInput | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The user who wrote an outbound message; left out, the channel itself speaks.',
  })
  authorUserId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The platform’s id of the message that it answers, which may be recorded later.',
  })
  replyToExternalId?: string | null;

  @Field(() => Visibility, {
    nullable: true,
    description: 'For a new conversation; left out, the channel’s.',
  })
  visibility?: keyof typeof Visibility | null;

  @Field(() => String, {
    nullable: true,
    description: 'Subject of a new conversation; at most 500 characters.',
  })
  subject?: string | null;

  @Field(() => PostInput, {
    nullable: true,
    description:
      'The public post that a new conversation hangs from; made when it is not there yet.',
  })
  post?: PostInput | null;

  @Field(() => [AttachmentInput], {
    nullable: true,
    description: 'The files that came with a new message; at most 20.',
  })
  attachments?: AttachmentInput[] | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The provider’s time of the edit that `body` comes from; a newer one than known replaces the text, and what it said before stands in `revisions`.',
  })
  editedAt?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The provider’s time of its deletion: the text becomes empty, and what it said stands in `revisions`.',
  })
  deletedAt?: Date | null;
}

@ObjectType({ description: 'What `messageRecord` did.', simpleResolvers: true })
export class MessageRecordPayload extends Payload {
  @Field(() => MessageType, { nullable: true, description: 'The message.' })
  message: MessageType | null;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation that it is in.' })
  conversation: ConversationType | null;

  @Field(() => UpsertOutcome, { nullable: true, description: 'Whether it is new or changed.' })
  outcome: keyof typeof UpsertOutcome | null;
}

@InputType({ description: 'An internal note.' })
export class NoteAddInput {
  @Field({ description: 'The text; 1 to 65,536 characters.' })
  body: string;
}

@ObjectType({ description: 'What `noteAdd` did.', simpleResolvers: true })
export class NoteAddPayload extends Payload {
  @Field(() => MessageType, { nullable: true, description: 'The note.' })
  note: MessageType | null;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation that it is in.' })
  conversation: ConversationType | null;
}
