import { Field, ObjectType } from 'type-graphql';
import { ReplyRefusal } from '../domain/outbound/reply-refusal';
import { ConversationType } from './conversation';
import { MessageActionKind, MessageActionStatus } from './enums';
import { MessageFailure, MessageType } from './message';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { SendingPayload } from './sending';
import { DateTime } from './shared/scalars';
import { UserType } from './workspace';

@ObjectType('MessageAction', {
  simpleResolvers: true,
  description: 'What somebody of the company had done on the platform to a message that is there.',
})
export class MessageActionType {
  @Field(() => MessageActionKind, { description: 'What is done.' })
  kind: keyof typeof MessageActionKind;

  @Field(() => String, { nullable: true, description: 'Of reacting: which reaction.' })
  reaction: string | null;

  @Field(() => MessageActionStatus, { description: 'How far it has come.' })
  status: keyof typeof MessageActionStatus;

  @Field(() => MessageFailure, {
    nullable: true,
    description:
      'Why it was not done; null unless it is FAILED. The code is SUPERSEDED where it waited, and something else was asked for since.',
  })
  failure: MessageFailure | null;

  @Field(() => UserType, {
    nullable: true,
    description: 'Who asked for it; null for a machine.',
  })
  user: UserType | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  requestedAt: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was done or given up; null while it waits.',
  })
  settledAt: Date | null;
}

export const MessageActionConnection = connectionOf('MessageAction', () => MessageActionType);

@ObjectType({
  description: 'Whether a public message can be answered in private now.',
  simpleResolvers: true,
})
export class CanReplyPrivately {
  @Field({ description: 'Whether you can do it now.' })
  allowed: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when the platform takes such an answer; in the past when it is over.',
  })
  until: Date | null;

  @Field(() => ReplyRefusal, { nullable: true, description: 'Why not; null when you can.' })
  reason: ReplyRefusal | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for people, with what they can do.',
  })
  message: string | null;
}

/** A payload about something that is done to a message. */
@ObjectType({ simpleResolvers: true })
export abstract class ActingPayload extends Payload {
  @Field(() => MessageType, {
    nullable: true,
    description: 'The message; how far it has come stands last in its `actions`.',
  })
  message: MessageType | null;
}

@ObjectType({ description: 'What `messageHide` did.', simpleResolvers: true })
export class MessageHidePayload extends ActingPayload {}

@ObjectType({ description: 'What `messageShow` did.', simpleResolvers: true })
export class MessageShowPayload extends ActingPayload {}

@ObjectType({ description: 'What `messageDelete` did.', simpleResolvers: true })
export class MessageDeletePayload extends ActingPayload {}

@ObjectType({ description: 'What `messageReact` did.', simpleResolvers: true })
export class MessageReactPayload extends ActingPayload {}

@ObjectType({ description: 'What `messageUnreact` did.', simpleResolvers: true })
export class MessageUnreactPayload extends ActingPayload {}

@ObjectType({ description: 'What `conversationMarkRead` did.', simpleResolvers: true })
export class ConversationMarkReadPayload extends ActingPayload {
  @Field(() => ConversationType, { nullable: true, description: 'The conversation.' })
  conversation: ConversationType | null;
}

@ObjectType({
  description:
    'What `messageReplyPrivately` did: the private message, and the conversation that it is in.',
  simpleResolvers: true,
})
export class MessageReplyPrivatelyPayload extends SendingPayload {}
