import { Field, ObjectType } from 'type-graphql';
import { RevisionKind } from './enums';
import { connectionOf } from './shared/connection';
import { Node } from './shared/node';
import { DateTime } from './shared/scalars';

@ObjectType('MessageRevision', {
  implements: Node,
  simpleResolvers: true,
  description: 'What a message said before an edit or a deletion.',
})
export class MessageRevisionType extends Node {
  @Field(() => RevisionKind, { description: 'What happened to it.' })
  kind: keyof typeof RevisionKind;

  @Field({ description: 'What it said before.' })
  previousBody: string;

  @Field(() => DateTime, { description: 'The provider’s time of the change.' })
  occurredAt: Date;
}

export const MessageRevisionConnection = connectionOf('MessageRevision', () => MessageRevisionType);
