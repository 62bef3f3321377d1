import { Field, InputType, ObjectType } from 'type-graphql';
import { Node } from './shared/node';

@ObjectType('Company', {
  implements: Node,
  simpleResolvers: true,
  description: 'The organisation that a customer belongs to.',
})
export class CompanyType extends Node {
  @Field({ description: 'Its name.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'Its internet domain.' })
  domain: string | null;

  @Field(() => String, { nullable: true, description: 'Its id in your own system.' })
  externalRef: string | null;
}

@InputType({
  description: 'The organisation that a customer belongs to; made or renamed as needed.',
})
export class CompanyInput {
  @Field({ description: 'Its id in your own system, at most 200 characters; unique.' })
  externalRef: string;

  @Field({ description: 'Its name; at most 200 characters.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its internet domain; left out, it stays as it is.',
  })
  domain?: string | null;
}
