import { Field, InputType } from 'type-graphql';
import { DateTime } from './scalars';

@InputType({ description: 'A stretch of time between 1900 and 2200; either end may be left open.' })
export class DateTimeRange {
  @Field(() => DateTime, { nullable: true, description: 'Its start, inclusive.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Its end, exclusive.' })
  to?: Date | null;
}
