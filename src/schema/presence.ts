import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ConversationType } from './conversation';
import { PresenceActivity } from './enums';
import { ActorType } from './shared/actor';
import { Payload } from './shared/errors';
import { DateTime } from './shared/scalars';
import { UserType } from './workspace';

@ObjectType('Presence', {
  description: 'Somebody who is in a conversation at this moment.',
  simpleResolvers: true,
})
export class PresenceType {
  @Field(() => ActorType, { description: 'Who it is.' })
  actor: ActorType;

  @Field(() => UserType, { nullable: true, description: 'The user; null for an API key.' })
  user: UserType | null;

  @Field(() => PresenceActivity, { description: 'What it does.' })
  activity: keyof typeof PresenceActivity;

  @Field(() => DateTime, { description: 'Since when it does that.' })
  since: Date;

  @Field(() => DateTime, { description: 'When it counts as gone, unless it says so again.' })
  expiresAt: Date;
}

@ObjectType({
  description: 'Everybody who is in a conversation, after somebody came, left or changed.',
  simpleResolvers: true,
})
export class PresenceUpdate {
  @Field(() => ID, { description: 'Of the conversation.' })
  conversationId: string;

  @Field(() => [PresenceType], {
    description: 'All who are there, those that came first to the front; at most 100.',
  })
  present: PresenceType[];
}

@InputType({ description: 'What the caller does in a conversation.' })
export class PresenceSetInput {
  @Field(() => PresenceActivity, { nullable: true, description: 'Null: it has left.' })
  activity?: keyof typeof PresenceActivity | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how many seconds this holds unless it is said again, 1 to 120; left out, 60 for VIEWING and 10 for TYPING.',
  })
  lastsSeconds?: number | null;
}

@ObjectType({ description: 'What `presenceSet` did.', simpleResolvers: true })
export class PresenceSetPayload extends Payload {
  @Field(() => ConversationType, { nullable: true, description: 'The conversation.' })
  conversation: ConversationType | null;
}
