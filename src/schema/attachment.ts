import { Field, InputType, ObjectType } from 'type-graphql';
import { AttachmentStatus } from './enums';
import { connectionOf } from './shared/connection';
import { Node } from './shared/node';

@ObjectType('Attachment', {
  implements: Node,
  simpleResolvers: true,
  description: 'A file that came or goes with a message.',
})
export class AttachmentType extends Node {
  @Field(() => String, { nullable: true, description: 'Its name, as the sender gave it.' })
  fileName: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its media type, as the sender declared it.',
  })
  contentType: string | null;

  @Field(() => String, { nullable: true, description: 'Its size in bytes, a whole number.' })
  byteSize: string | null;

  @Field(() => String, { nullable: true, description: 'Where the platform keeps it; may expire.' })
  sourceUrl: string | null;

  @Field(() => AttachmentStatus, { description: 'Whether its bytes are here.' })
  status: keyof typeof AttachmentStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Why its bytes could not be had, for people.',
  })
  failure: string | null;
}

export const AttachmentConnection = connectionOf('Attachment', () => AttachmentType);

@InputType({ description: 'What is known of a file that came with a message.' })
export class AttachmentInput {
  @Field(() => String, { nullable: true, description: 'Its name; at most 255 characters.' })
  fileName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its media type, as the sender declared it.',
  })
  contentType?: string | null;

  @Field(() => String, { nullable: true, description: 'Its size in bytes, a whole number.' })
  byteSize?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the platform keeps it: an http or https URL.',
  })
  sourceUrl?: string | null;
}
