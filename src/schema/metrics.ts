import { Field, Float, Int, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { Visibility } from './enums';
import { LocalDate } from './shared/scalars';

@ObjectType({
  description: 'How long something took, in seconds; null figures where there was nothing.',
  simpleResolvers: true,
})
export class ResponseTimes {
  @Field(() => Int, {
    description: 'How many were measured; those with a negative time are left out.',
  })
  count: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Half took longer; the mean of the middle two of an even count.',
  })
  median: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Nine in ten took at most this long (nearest rank).',
  })
  p90: number | null;

  @Field(() => Float, { nullable: true, description: 'Arithmetic mean, to 0.01 s.' })
  mean: number | null;
}

/** The figures that the total and every group have. */
@ObjectType({ simpleResolvers: true })
export abstract class ResponseFigures {
  @Field(() => Int, { description: 'Messages from customers.' })
  inboundMessages: number;

  @Field(() => Int, { description: 'Messages to customers.' })
  outboundMessages: number;

  @Field(() => Int, {
    description:
      'Messages from customers that were answered: in public by a reply to the message, in private also by the next message to the customer.',
  })
  answeredMessages: number;

  @Field(() => Float, {
    nullable: true,
    description: 'answeredMessages / inboundMessages, to six decimals.',
  })
  responseRate: number | null;

  @Field(() => ResponseTimes, { description: 'From a message to its earliest answer.' })
  responseTime: ResponseTimes;

  @Field(() => Int, {
    description: 'Conversations in which a customer wrote; counted at their first inbound message.',
  })
  conversations: number;

  @Field(() => Int, { description: 'Those of them in which the company wrote afterwards.' })
  answeredConversations: number;

  @Field(() => Float, {
    nullable: true,
    description: 'answeredConversations / conversations, to six decimals.',
  })
  conversationResponseRate: number | null;

  @Field(() => ResponseTimes, {
    description:
      'From a conversation’s first inbound message to the first outbound message after it.',
  })
  firstResponseTime: ResponseTimes;
}

@ObjectType({ description: 'Response figures over everything asked for.', simpleResolvers: true })
export class ResponseMetricsTotal extends ResponseFigures {}

@ObjectType({
  description: 'Response figures of one group; the dimensions not asked for are null.',
  simpleResolvers: true,
})
export class ResponseMetricsGroup extends ResponseFigures {
  @Field(() => ChannelType, { nullable: true, description: 'The channel.' })
  channel: ChannelType | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day, in the time zone asked for.' })
  day: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Hour of the week, in the time zone asked for: 0 is Monday from midnight, 167 Sunday from 23:00.',
  })
  hourOfWeek: number | null;

  @Field(() => Visibility, { nullable: true, description: 'Public or private talk.' })
  visibility: keyof typeof Visibility | null;
}

@ObjectType({
  description: 'How often and how fast customers were answered.',
  simpleResolvers: true,
})
export class ResponseMetrics {
  @Field(() => ResponseMetricsTotal, { description: 'Everything together.' })
  total: ResponseMetricsTotal;

  @Field(() => [ResponseMetricsGroup], {
    description: 'One group for each combination of the dimensions asked for; empty when none was.',
  })
  groups: ResponseMetricsGroup[];
}
