import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../domain/kit/request-context';
import { listTouchpoints } from '../domain/touchpoint/listing';
import { moneyOf } from '../domain/touchpoint/money';
import { recordTouchpoints } from '../domain/touchpoint/record-touchpoints';
import type { Touchpoint } from '../entities';
import { TouchpointOrder } from '../schema/enums';
import { PagingArgs } from '../schema/shared/connection';
import {
  TouchpointConnection,
  TouchpointFilterInput,
  TouchpointInput,
  TouchpointRecordPayload,
  TouchpointType,
} from '../schema/touchpoint';
import { IdempotencyKey } from './arguments';

@Resolver(() => TouchpointType)
export class TouchpointResolver {
  @Query(() => TouchpointConnection, {
    description: 'Touchpoints, newest first unless asked otherwise.',
  })
  touchpoints(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => TouchpointFilterInput, { nullable: true })
    filter: TouchpointFilterInput | null,
    @Arg('orderBy', () => TouchpointOrder, { defaultValue: 'OCCURRED_DESC' })
    orderBy: keyof typeof TouchpointOrder,
    @Ctx() { reader }: RequestContext,
  ) {
    return listTouchpoints(reader, { ...page, filter, orderBy });
  }

  @Mutation(() => TouchpointRecordPayload, {
    description:
      'Records up to 500 touchpoints; each has its own outcome, and bad ones stop no others.',
  })
  touchpointRecord(
    @Arg('input', () => [TouchpointInput]) input: TouchpointInput[],
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(recordTouchpoints, { input }, key);
  }

  @FieldResolver()
  cost(@Root() { costAmount, costCurrency }: Touchpoint) {
    return moneyOf(costAmount, costCurrency);
  }

  @FieldResolver()
  value(@Root() { valueAmount, valueCurrency }: Touchpoint) {
    return moneyOf(valueAmount, valueCurrency);
  }
}
