import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { RevisionKind } from './enums';
import { connectionOf } from './shared/connection';
import { DateTimeRange } from './shared/inputs';
import { Node } from './shared/node';
import { DateTime } from './shared/scalars';

@ObjectType('Post', {
  implements: Node,
  simpleResolvers: true,
  description: 'A public root that comments hang from; the company’s own or anybody’s.',
})
export class PostType extends Node {
  @Field(() => ChannelType, { nullable: true, description: 'The channel that it came through.' })
  channel: ChannelType | null;

  @Field({ description: 'The platform’s id of the post; unique in its channel.' })
  externalId: string;

  @Field(() => String, { nullable: true, description: 'Its text.' })
  body: string | null;

  @Field(() => String, { nullable: true, description: 'Where it can be seen.' })
  url: string | null;

  @Field(() => String, { nullable: true, description: 'Who wrote it.' })
  authorName: string | null;

  @Field(() => DateTime, { description: 'The provider’s time.' })
  publishedAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'The provider’s time of the last edit.' })
  editedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The provider’s time of its deletion.' })
  deletedAt: Date | null;
}

export const PostConnection = connectionOf('Post', () => PostType);

@ObjectType('PostRevision', {
  simpleResolvers: true,
  description: 'What a post said before an edit or its deletion.',
})
export class PostRevisionType {
  @Field(() => RevisionKind, { description: 'What happened to it.' })
  kind: keyof typeof RevisionKind;

  @Field(() => String, { nullable: true, description: 'What it said before.' })
  previousBody: string | null;

  @Field(() => DateTime, { description: 'The provider’s time of the change.' })
  occurredAt: Date;
}

export const PostRevisionConnection = connectionOf('PostRevision', () => PostRevisionType);

@InputType({ description: 'What posts are picked by; all that is given must hold.' })
export class PostFilterInput {
  @Field(() => [ID], { nullable: true, description: 'On any of these channels; at most 100.' })
  channelIds?: string[] | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Published in this stretch of time.' })
  publishedAt?: DateTimeRange | null;
}

@InputType({ description: 'A public post that comments hang from.' })
export class PostInput {
  @Field({ description: 'The platform’s id of the post; unique in its channel.' })
  externalId: string;

  @Field(() => DateTime, { description: 'The provider’s time, between 1900 and 2200.' })
  publishedAt: Date;

  @Field(() => String, { nullable: true, description: 'Its text; at most 65,536 characters.' })
  body?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where it can be seen: an http or https URL.',
  })
  url?: string | null;

  @Field(() => String, { nullable: true, description: 'Who wrote it; at most 200 characters.' })
  authorName?: string | null;
}
