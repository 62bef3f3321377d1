import { Field, InputType, ObjectType } from 'type-graphql';

@ObjectType({ description: 'An amount of money.', simpleResolvers: true })
export class Money {
  @Field({ description: 'Decimal, such as `12.50`; at most six digits after the point.' })
  amount: string;

  @Field({ description: 'ISO 4217 code, such as `EUR`.' })
  currency: string;
}

@InputType({ description: 'An amount of money.' })
export class MoneyInput {
  @Field({
    description: 'Decimal, such as `12.50`; at most 14 digits before the point and six after.',
  })
  amount: string;

  @Field({ description: 'ISO 4217 code in capitals, such as `EUR`.' })
  currency: string;
}
