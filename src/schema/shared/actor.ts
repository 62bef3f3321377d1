import { Field, ID, ObjectType } from 'type-graphql';
import { ActorKind } from '../enums';

@ObjectType('Actor', { description: 'Who did something.', simpleResolvers: true })
export class ActorType {
  @Field(() => ActorKind, { description: 'What it is.' })
  kind: keyof typeof ActorKind;

  @Field(() => ID, {
    description:
      'Of the user, API key or customer; of the channel for a connector, of the workspace for the system.',
  })
  id: string;
}
