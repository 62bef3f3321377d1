import { Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { ConversationType } from './conversation';
import { CustomerBy, CustomerType } from './customer';
import { TouchpointOutcome } from './enums';
import { MessageType } from './message';
import { connectionOf } from './shared/connection';
import { Payload, UserError } from './shared/errors';
import { DateTimeRange } from './shared/inputs';
import { Money, MoneyInput } from './shared/money';
import { Node } from './shared/node';
import { DateTime, JSONObject } from './shared/scalars';

@ObjectType('Touchpoint', {
  implements: Node,
  simpleResolvers: true,
  description: 'Any moment of customer experience, from the first ad seen to the last goodbye.',
})
export class TouchpointType extends Node {
  @Field({
    description: 'What happened, in lower snake case: `ad_click`, `purchase`, `message_received`.',
  })
  type: string;

  @Field(() => CustomerType, { nullable: true, description: 'Whose experience it was.' })
  customer: CustomerType | null;

  @Field(() => ChannelType, { nullable: true, description: 'The channel that it happened on.' })
  channel: ChannelType | null;

  @Field(() => ConversationType, {
    nullable: true,
    description: 'The conversation, for a message.',
  })
  conversation: ConversationType | null;

  @Field(() => MessageType, { nullable: true, description: 'The message, for a message.' })
  message: MessageType | null;

  @Field(() => Money, { nullable: true, description: 'What it cost the company.' })
  cost: Money | null;

  @Field(() => Money, { nullable: true, description: 'What it was worth to the company.' })
  value: Money | null;

  @Field(() => String, {
    nullable: true,
    description: 'Key of the lifecycle stage at that moment.',
  })
  stage: string | null;

  @Field({ description: 'Which system tells of it; `parley` for messages.' })
  source: string;

  @Field({ description: 'The source’s own id of it.' })
  externalId: string;

  @Field(() => DateTime, { description: 'When it happened.' })
  occurredAt: Date;

  @Field(() => DateTime, { description: 'When Parley was told.' })
  recordedAt: Date;

  @Field(() => JSONObject, { description: 'Whatever else the source says.' })
  properties: Record<string, unknown>;

  @Field(() => Float, { nullable: true, description: 'From -1 (concern) to 1 (accolade).' })
  sentiment: number | null;
}

export const TouchpointConnection = connectionOf('Touchpoint', () => TouchpointType);

@InputType({ description: 'What touchpoints are picked by; all that is given must hold.' })
export class TouchpointFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => [ID], { nullable: true, description: 'On any of these channels; at most 100.' })
  channelIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Of any of these types; at most 100.' })
  types?: string[] | null;

  @Field(() => String, { nullable: true, description: 'In this lifecycle stage.' })
  stage?: string | null;

  @Field(() => String, { nullable: true, description: 'Told of by this system.' })
  source?: string | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Happened in this stretch of time.' })
  occurredAt?: DateTimeRange | null;

  @Field(() => [TouchpointFilterInput], { nullable: true, description: 'All of these hold.' })
  and?: TouchpointFilterInput[] | null;

  @Field(() => [TouchpointFilterInput], {
    nullable: true,
    description: 'At least one of these holds.',
  })
  or?: TouchpointFilterInput[] | null;

  @Field(() => TouchpointFilterInput, { nullable: true, description: 'This does not hold.' })
  not?: TouchpointFilterInput | null;
}

@InputType({ description: 'A touchpoint that your system tells of.' })
export class TouchpointInput {
  @Field(() => CustomerBy, { description: 'Whose experience it was.' })
  customer: CustomerBy;

  @Field({ description: 'What happened, in lower snake case, at most 64 characters.' })
  type: string;

  @Field({ description: 'Your system’s name, at most 100 characters; `parley` is reserved.' })
  source: string;

  @Field({
    description:
      'Your system’s id of it, at most 200 characters; the same one again changes nothing.',
  })
  externalId: string;

  @Field(() => DateTime, { description: 'When it happened, between 1900 and 2200.' })
  occurredAt: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Key of a lifecycle stage; left out, the customer’s.',
  })
  stage?: string | null;

  @Field(() => ID, { nullable: true, description: 'The channel that it happened on.' })
  channelId?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description: 'Whatever else there is to say; at most 16 KiB and ten levels.',
  })
  properties?: Record<string, unknown> | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What it cost the company.' })
  cost?: MoneyInput | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What it was worth to the company.' })
  value?: MoneyInput | null;

  @Field(() => Float, { nullable: true, description: 'From -1 (concern) to 1 (accolade).' })
  sentiment?: number | null;
}

@ObjectType({ description: 'What became of one touchpoint of a batch.', simpleResolvers: true })
export class TouchpointRecordItem {
  @Field(() => TouchpointOutcome, {
    description: 'Whether it is new, was there already, or was refused.',
  })
  outcome: keyof typeof TouchpointOutcome;

  @Field(() => TouchpointType, {
    nullable: true,
    description: 'The touchpoint; null when it was refused.',
  })
  touchpoint: TouchpointType | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty otherwise.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'What `touchpointRecord` did.', simpleResolvers: true })
export class TouchpointRecordPayload extends Payload {
  @Field(() => [TouchpointRecordItem], {
    nullable: true,
    description:
      'An outcome for each touchpoint, in the order given; null when the batch as a whole was refused.',
  })
  items: TouchpointRecordItem[] | null;
}
