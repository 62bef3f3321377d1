import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { CustomerType, TagType } from './customer';
import { ReplyRefusal } from '../domain/outbound/reply-refusal';
import { Capabilities } from './capabilities';
import { ConversationStatus, Visibility } from './enums';
import { MessageType } from './message';
import { PostType } from './post';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { DateTimeRange } from './shared/inputs';
import { Node } from './shared/node';
import { DateTime } from './shared/scalars';
import { UserType } from './workspace';

@ObjectType({ description: 'An answer in a form.', simpleResolvers: true })
export class FormAnswer {
  @Field({ description: 'Name of the question, for programs.' })
  key: string;

  @Field({ description: 'The question, as it stood.' })
  label: string;

  @Field({ description: 'What was answered.' })
  value: string;
}

@ObjectType({
  description: 'Whether something can be sent in a conversation now, and what.',
  simpleResolvers: true,
})
export class CanReply {
  @Field({ description: 'Whether you can send something now.' })
  allowed: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Until when the platform takes answers, which counts from the customer’s last message; in the past when it is over, null without such a limit.',
  })
  until: Date | null;

  @Field(() => ReplyRefusal, { nullable: true, description: 'Why not; null when you can.' })
  reason: ReplyRefusal | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for people, with what they can do.',
  })
  message: string | null;

  @Field(() => Capabilities, { description: 'What can be sent in such conversations.' })
  capabilities: Capabilities;
}

@ObjectType('Conversation', {
  implements: Node,
  simpleResolvers: true,
  description: 'One exchange with the company on a channel, public or private.',
})
export class ConversationType extends Node {
  @Field({ description: 'The platform’s key of the conversation; unique in its channel.' })
  threadKey: string;

  @Field(() => Visibility, { description: 'Whether others can read along.' })
  visibility: keyof typeof Visibility;

  @Field(() => ConversationStatus, { description: 'Whether it still waits for the company.' })
  status: keyof typeof ConversationStatus;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  subject: string | null;

  @Field(() => ChannelType, { nullable: true, description: 'The channel that it is on.' })
  channel: ChannelType | null;

  @Field(() => CustomerType, {
    nullable: true,
    description: 'Whom it is with; null while the company has spoken to nobody in particular.',
  })
  customer: CustomerType | null;

  @Field(() => UserType, { nullable: true, description: 'Who takes care of it.' })
  assignee: UserType | null;

  @Field(() => PostType, { nullable: true, description: 'The post that it hangs from.' })
  post: PostType | null;

  @Field(() => MessageType, {
    nullable: true,
    description: 'Its newest message that is not a note.',
  })
  lastMessage: MessageType | null;

  @Field(() => [TagType], { description: 'Its tags, by name; at most 50.' })
  tags: TagType[];

  @Field(() => [ConversationType], {
    description:
      'The conversations in which it goes on: the private one of a public message that was answered in private, and the other way round. At most 50.',
  })
  linkedConversations: ConversationType[];

  @Field(() => DateTime, { description: 'The provider’s time of its earliest message.' })
  startedAt: Date;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The provider’s time of its earliest inbound message; null while only the company has spoken.',
  })
  firstInboundAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The provider’s time of the earliest outbound message at or after `firstInboundAt`.',
  })
  firstResponseAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The provider’s time of its newest inbound message: reply windows count from it.',
  })
  lastInboundAt: Date | null;

  @Field(() => [FormAnswer], {
    nullable: true,
    description: 'What the customer answered in the form that began it; null where there was none.',
  })
  answers: FormAnswer[] | null;

  @Field(() => DateTime, { description: 'The provider’s time of its newest message.' })
  lastMessageAt: Date;

  @Field(() => Int, { description: 'Inbound and outbound messages; notes are not counted.' })
  messageCount: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was closed; null while it is open.',
  })
  closedAt: Date | null;

  @Field(() => DateTime, { description: 'When Parley first met it.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;
}

export const ConversationConnection = connectionOf('Conversation', () => ConversationType);

@InputType({
  description:
    'What conversations are picked by; all that is given must hold. At most five levels and 50 parts.',
})
export class ConversationFilterInput {
  @Field(() => ConversationStatus, { nullable: true, description: 'In this status.' })
  status?: keyof typeof ConversationStatus | null;

  @Field(() => [ID], { nullable: true, description: 'On any of these channels; at most 100.' })
  channelIds?: string[] | null;

  @Field(() => Visibility, { nullable: true, description: 'With this visibility.' })
  visibility?: keyof typeof Visibility | null;

  @Field(() => ID, { nullable: true, description: 'Assigned to this user.' })
  assigneeId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Assigned to nobody (true), or to somebody (false).',
  })
  unassigned?: boolean | null;

  @Field(() => [String], {
    nullable: true,
    description: 'With any of these tags, in any case; at most 100.',
  })
  tags?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'With this customer.' })
  customerId?: string | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Begun in this stretch of time.' })
  startedAt?: DateTimeRange | null;

  @Field(() => DateTimeRange, {
    nullable: true,
    description: 'Whose newest message is from this stretch of time.',
  })
  lastMessageAt?: DateTimeRange | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Words in the messages ("a phrase", -without, or), or part of the subject, the customer’s name or handle; accents and case don’t matter; 1 to 200 characters.',
  })
  search?: string | null;

  @Field(() => [ConversationFilterInput], { nullable: true, description: 'All of these hold.' })
  and?: ConversationFilterInput[] | null;

  @Field(() => [ConversationFilterInput], {
    nullable: true,
    description: 'At least one of these holds.',
  })
  or?: ConversationFilterInput[] | null;

  @Field(() => ConversationFilterInput, { nullable: true, description: 'This does not hold.' })
  not?: ConversationFilterInput | null;
}

/** A payload whose one object is a conversation. */
@ObjectType({ simpleResolvers: true })
export abstract class ConversationPayload extends Payload {
  @Field(() => ConversationType, { nullable: true, description: 'The conversation.' })
  conversation: ConversationType | null;
}

@ObjectType({ description: 'What `conversationClose` did.', simpleResolvers: true })
export class ConversationClosePayload extends ConversationPayload {}

@ObjectType({ description: 'What `conversationReopen` did.', simpleResolvers: true })
export class ConversationReopenPayload extends ConversationPayload {}

@InputType({ description: 'Who takes a conversation on.' })
export class ConversationAssignInput {
  @Field(() => ID, { nullable: true, description: 'The user; null gives it to nobody.' })
  assigneeId: string | null;
}

@ObjectType({ description: 'What `conversationAssign` did.', simpleResolvers: true })
export class ConversationAssignPayload extends ConversationPayload {}

@InputType({ description: 'A tag by its name.' })
export class TagInput {
  @Field({ description: 'Its name, 1 to 50 characters; names differ by more than case.' })
  name: string;
}

/** What changing tags gives back. */
@ObjectType({ simpleResolvers: true })
export abstract class TagPayload extends Payload {
  @Field(() => ConversationType, {
    nullable: true,
    description: 'The conversation, when it is one.',
  })
  conversation: ConversationType | null;

  @Field(() => CustomerType, { nullable: true, description: 'The customer, when it is one.' })
  customer: CustomerType | null;

  @Field(() => TagType, {
    nullable: true,
    description: 'The tag; null when there was none to remove.',
  })
  tag: TagType | null;
}

@ObjectType({ description: 'What `tagAdd` did.', simpleResolvers: true })
export class TagAddPayload extends TagPayload {}

@ObjectType({ description: 'What `tagRemove` did.', simpleResolvers: true })
export class TagRemovePayload extends TagPayload {}
