import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ConversationType } from './conversation';
import { CustomerType } from './customer';
import { ActorType } from './shared/actor';
import { EventUpdateKind, InboxUpdateKind, MessageDirection } from './enums';
import { MessageType } from './message';
import { Node } from './shared/node';
import { DateTime, JSONObject, Position } from './shared/scalars';
import { TouchpointType } from './touchpoint';

@ObjectType('Event', {
  simpleResolvers: true,
  description:
    'An immutable fact. It holds ids and facts alone; the objects are read when it is delivered, and null when they are gone.',
})
export class EventType {
  @Field(() => ID, { description: 'The same in every outlet: `evt_…`. Webhooks have it as id.' })
  id: string;

  @Field(() => Position, { description: 'Its place in the log.' })
  position: number;

  @Field({ description: 'What happened, such as `message.added`.' })
  type: string;

  @Field(() => Int, { description: 'Of the shape of `data`.' })
  version: number;

  @Field(() => DateTime, { description: 'When it happened in the world.' })
  occurredAt: Date;

  @Field(() => DateTime, { description: 'When Parley learned of it.' })
  recordedAt: Date;

  @Field(() => ActorType, { description: 'Who did it.' })
  actor: ActorType;

  @Field(() => ID, { description: 'What it is about; the first word of the type tells its kind.' })
  subjectId: string;

  @Field({
    description:
      'Whether the subject is gone with it, or says nothing any longer: take it out of what you keep.',
  })
  tombstone: boolean;

  @Field(() => JSONObject, { description: 'Ids and facts, in the shape of the type and version.' })
  data: Record<string, unknown>;

  @Field(() => Node, { nullable: true, description: 'What it is about, as it is now.' })
  subject: Node | null;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation it belongs to.' })
  conversation: ConversationType | null;

  @Field(() => CustomerType, { nullable: true, description: 'The customer whom it concerns.' })
  customer: CustomerType | null;

  @Field(() => MessageType, { nullable: true, description: 'The message, where it is about one.' })
  message: MessageType | null;

  @Field(() => TouchpointType, {
    nullable: true,
    description: 'The touchpoint, where it is about one.',
  })
  touchpoint: TouchpointType | null;
}

@ObjectType({ description: 'One item of a live subscription.', simpleResolvers: true })
export class EventUpdate {
  @Field(() => EventUpdateKind, { description: 'An event, or a notice.' })
  kind: keyof typeof EventUpdateKind;

  @Field(() => Position, {
    description: 'Pass the last one that you got as `after` to go on from there.',
  })
  position: number;

  @Field(() => EventType, { nullable: true, description: 'What happened; null for a notice.' })
  event: EventType | null;

  @Field(() => MessageType, { nullable: true, description: 'The message, where it is about one.' })
  message: MessageType | null;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation it belongs to.' })
  conversation: ConversationType | null;

  @Field(() => CustomerType, { nullable: true, description: 'The customer whom it concerns.' })
  customer: CustomerType | null;
}

@ObjectType({ description: 'One change of a live list of conversations.', simpleResolvers: true })
export class InboxUpdate {
  @Field(() => InboxUpdateKind, { description: 'What became of the conversation, or a notice.' })
  kind: keyof typeof InboxUpdateKind;

  @Field(() => Position, {
    description: 'Pass the last one that you got as `after` to go on from there.',
  })
  position: number;

  @Field(() => ID, { nullable: true, description: 'Of the conversation; null for a notice.' })
  conversationId: string | null;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation as it is now.' })
  conversation: ConversationType | null;

  @Field(() => EventType, { nullable: true, description: 'What happened; null for a notice.' })
  event: EventType | null;
}

@ObjectType({ description: 'A page of what happened.', simpleResolvers: true })
export class Changes {
  @Field(() => [EventType], { description: 'By position; at most `first`.' })
  events: EventType[];

  @Field(() => Position, {
    description:
      'Everything up to here has been looked at: pass it as `after`. A page can be short, or empty, where types, filter or rights leave events out.',
  })
  position: number;

  @Field(() => Position, { description: 'The position of the newest event.' })
  head: number;

  @Field({ description: 'Whether there is more to ask for after `position`.' })
  hasMore: boolean;
}

@InputType({ description: 'What events are picked by; all that is given must hold.' })
export class EventFilter {
  @Field(() => [ID], { nullable: true, description: 'On any of these channels; at most 100.' })
  channelIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'In any of these conversations; at most 100.' })
  conversationIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'With any of these customers; at most 100.' })
  customerIds?: string[] | null;

  @Field(() => [MessageDirection], {
    nullable: true,
    description: 'About new messages of any of these directions.',
  })
  directions?: (keyof typeof MessageDirection)[] | null;
}

const after = {
  nullable: true,
  description:
    'Begin with what comes after this position: the last one that you got. Left out: with what is new from now on.',
};

/** Where a subscription begins. */
@ArgsType()
export class AfterArgs {
  @Field(() => Position, after)
  after?: number | null;
}

@ArgsType()
abstract class EventSelectionArgs {
  @Field(() => [String], {
    nullable: true,
    description: 'Only events of these types, such as `message.added` or `message.*`; at most 100.',
  })
  types?: string[] | null;

  @Field(() => EventFilter, { nullable: true })
  filter?: EventFilter | null;
}

@ArgsType()
export class EventsArgs extends EventSelectionArgs {
  @Field(() => Position, after)
  after?: number | null;
}

@ArgsType()
export class ChangesArgs extends EventSelectionArgs {
  @Field(() => Position, {
    nullable: true,
    description:
      'Only what comes after this position; 0 for everything that ever happened. Left out: from the oldest event that is still there. Past retention the answer is an error with the code RESYNC_REQUIRED.',
  })
  after?: number | null;

  @Field(() => Int, { defaultValue: 100, description: 'How many events at most, 1 to 500.' })
  first: number;
}
