import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ChannelKind } from '../domain/channel/kinds';
import { CompanyInput, CompanyType } from './company';
import { UpsertOutcome } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { DateTimeRange } from './shared/inputs';
import { Node } from './shared/node';
import { DateTime, JSONObject } from './shared/scalars';

@ObjectType('CustomerIdentity', {
  implements: Node,
  simpleResolvers: true,
  description: 'One handle of a customer; unique by channel kind, scope and external id.',
})
export class CustomerIdentityType extends Node {
  @Field(() => CustomerType, { nullable: true, description: 'Whose it is.' })
  customer: CustomerType | null;

  @Field(() => ChannelKind, { description: 'The platform.' })
  channelKind: ChannelKind;

  @Field({
    description:
      'The page, business or account that the id is valid in; empty where ids are global.',
  })
  scope: string;

  @Field({ description: 'The platform’s id of the person.' })
  externalId: string;

  @Field(() => String, { nullable: true, description: 'The name that others see, without the @.' })
  handle: string | null;

  @Field(() => String, { nullable: true, description: 'The display name on the platform.' })
  displayName: string | null;

  @Field(() => JSONObject, {
    description:
      'What the platform tells of the person, as far as it does: `followerCount`, `isVerified`, `avatarUrl`, `locale` and facts of its own.',
  })
  profile: Record<string, unknown>;

  @Field(() => DateTime, { description: 'When Parley first met it.' })
  createdAt: Date;
}

export const CustomerIdentityConnection = connectionOf(
  'CustomerIdentity',
  () => CustomerIdentityType,
);

@ObjectType('LifecycleTransition', {
  implements: Node,
  simpleResolvers: true,
  description: 'One move of a customer from a lifecycle stage to another.',
})
export class LifecycleTransitionType extends Node {
  @Field(() => String, { nullable: true, description: 'The stage before; null for the first.' })
  fromStage: string | null;

  @Field({ description: 'The stage after.' })
  toStage: string;

  @Field(() => String, { nullable: true, description: 'Why, in the words of whoever changed it.' })
  reason: string | null;

  @Field(() => DateTime, { description: 'When it happened.' })
  occurredAt: Date;
}

export const LifecycleTransitionConnection = connectionOf(
  'LifecycleTransition',
  () => LifecycleTransitionType,
);

@ObjectType('Tag', { implements: Node, simpleResolvers: true, description: 'A label.' })
export class TagType extends Node {
  @Field({ description: 'Its name; names differ by more than case.' })
  name: string;
}

@ObjectType('Customer', {
  implements: Node,
  simpleResolvers: true,
  description: 'A person whom the company deals with, from anonymous prospect to former customer.',
})
export class CustomerType extends Node {
  @Field(() => String, { nullable: true, description: 'Full name, or what is known of it.' })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'E-mail address, in lower case; unique.' })
  email: string | null;

  @Field(() => String, { nullable: true, description: 'Phone number as given, best in E.164.' })
  phone: string | null;

  @Field(() => String, { nullable: true, description: 'The id in your own system; unique.' })
  externalRef: string | null;

  @Field({
    description: 'Key of the lifecycle stage where the relationship stands, such as `ACTIVE`.',
  })
  stage: string;

  @Field(() => CompanyType, {
    nullable: true,
    description: 'The organisation that the customer belongs to.',
  })
  company: CompanyType | null;

  @Field(() => [TagType], { description: 'The customer’s tags, by name; at most 50.' })
  tags: TagType[];

  @Field(() => JSONObject, { description: 'Whatever else you keep of the customer.' })
  properties: Record<string, unknown>;

  @Field(() => DateTime, { description: 'When Parley first met the customer.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the customer last changed.' })
  updatedAt: Date;
}

export const CustomerConnection = connectionOf('Customer', () => CustomerType);

@InputType({ description: 'A customer’s identity on a platform.' })
export class CustomerIdentityLookup {
  @Field(() => ChannelKind, { description: 'The platform.' })
  channelKind: ChannelKind;

  @Field(() => String, {
    nullable: true,
    description: 'The scope of the id; left out where ids are global.',
  })
  scope?: string | null;

  @Field({ description: 'The platform’s id of the person.' })
  externalId: string;
}

@InputType({ description: 'Names one customer: give exactly one field.' })
export class CustomerBy {
  @Field(() => ID, { nullable: true, description: 'By id.' })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'By e-mail address, in any case.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'By the id in your own system.' })
  externalRef?: string | null;

  @Field(() => CustomerIdentityLookup, {
    nullable: true,
    description: 'By an identity on a platform.',
  })
  identity?: CustomerIdentityLookup | null;
}

@InputType({ description: 'What customers are picked by; all that is given must hold.' })
export class CustomerFilterInput {
  @Field(() => String, { nullable: true, description: 'In this lifecycle stage.' })
  stage?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this company.' })
  companyId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'With any of these tags, in any case; at most 100.',
  })
  tags?: string[] | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'First met in this stretch of time.' })
  createdAt?: DateTimeRange | null;

  @Field(() => DateTimeRange, {
    nullable: true,
    description: 'Last changed in this stretch of time.',
  })
  updatedAt?: DateTimeRange | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Part of a name, e-mail address, external reference or handle; accents and case don’t matter; 1 to 200 characters.',
  })
  search?: string | null;

  @Field(() => [CustomerFilterInput], { nullable: true, description: 'All of these hold.' })
  and?: CustomerFilterInput[] | null;

  @Field(() => [CustomerFilterInput], {
    nullable: true,
    description: 'At least one of these holds.',
  })
  or?: CustomerFilterInput[] | null;

  @Field(() => CustomerFilterInput, { nullable: true, description: 'This does not hold.' })
  not?: CustomerFilterInput | null;
}

@InputType({ description: 'What to set: a field left out stays as it is, null clears it.' })
export class CustomerInput {
  @Field(() => String, { nullable: true, description: 'Full name; at most 200 characters.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'E-mail address; unique, kept in lower case.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Phone number, best in E.164.' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The id in your own system; unique.' })
  externalRef?: string | null;

  @Field(() => CompanyInput, {
    nullable: true,
    description: 'The organisation that the customer belongs to.',
  })
  company?: CompanyInput | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'Merged key by key into what is there, null removing a key; at most 16 KiB and ten levels in all.',
  })
  properties?: Record<string, unknown> | null;

  @Field(() => String, {
    nullable: true,
    description: 'Key of a lifecycle stage; a change is kept as a transition.',
  })
  stage?: string | null;

  @Field(() => String, { nullable: true, description: 'Why the stage changes.' })
  stageReason?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the stage changed; left out, now.' })
  stageChangedAt?: Date | null;
}

@ObjectType({ description: 'What `customerUpsert` did.', simpleResolvers: true })
export class CustomerUpsertPayload extends Payload {
  @Field(() => CustomerType, { nullable: true, description: 'The customer.' })
  customer: CustomerType | null;

  @Field(() => UpsertOutcome, {
    nullable: true,
    description: 'Whether the customer is new or changed.',
  })
  outcome: keyof typeof UpsertOutcome | null;
}

@InputType({ description: 'One more handle of a customer.' })
export class CustomerIdentityInput {
  @Field(() => ChannelKind, { description: 'The platform.' })
  channelKind: ChannelKind;

  @Field(() => String, {
    nullable: true,
    description: 'The scope of the id; left out where ids are global.',
  })
  scope?: string | null;

  @Field({ description: 'The platform’s id of the person; at most 500 characters.' })
  externalId: string;

  @Field(() => String, { nullable: true, description: 'The name that others see, without the @.' })
  handle?: string | null;

  @Field(() => String, { nullable: true, description: 'The display name on the platform.' })
  displayName?: string | null;
}

@ObjectType({ description: 'What `customerIdentityAdd` did.', simpleResolvers: true })
export class CustomerIdentityAddPayload extends Payload {
  @Field(() => CustomerType, { nullable: true, description: 'The customer.' })
  customer: CustomerType | null;

  @Field(() => CustomerIdentityType, { nullable: true, description: 'The identity.' })
  identity: CustomerIdentityType | null;
}
