import { Field, ObjectType } from 'type-graphql';
import { CustomerType } from './customer';
import { connectionOf } from './shared/connection';
import { DateTime } from './shared/scalars';

@ObjectType('MessageReaction', {
  simpleResolvers: true,
  description: 'A reaction to a message that was not taken back.',
})
export class MessageReactionType {
  @Field({ description: 'An emoji, or the platform’s word such as `like`.' })
  reaction: string;

  @Field(() => CustomerType, {
    nullable: true,
    description: 'The customer who reacted; null for the company itself.',
  })
  customer: CustomerType | null;

  @Field(() => DateTime, { description: 'The provider’s time.' })
  reactedAt: Date;
}

export const MessageReactionConnection = connectionOf('MessageReaction', () => MessageReactionType);
