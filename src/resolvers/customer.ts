import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { addCustomerIdentity } from '../domain/customer/add-identity';
import {
  findCustomer,
  identities,
  identityOrder,
  listCustomers,
  transitionOrder,
  transitions,
} from '../domain/customer/listing';
import { upsertCustomer } from '../domain/customer/upsert-customer';
import { onVisibleChannel } from '../domain/channel/visible-channels';
import {
  conversationOrders,
  conversations,
  type ConversationOrder as ConversationOrderName,
} from '../domain/conversation/listing';
import type { RequestContext } from '../domain/kit/request-context';
import {
  touchpointOrders,
  touchpoints,
  type TouchpointOrder as TouchpointOrderName,
} from '../domain/touchpoint/listing';
import type { Customer } from '../entities';
import { ConversationConnection } from '../schema/conversation';
import {
  CustomerBy,
  CustomerConnection,
  CustomerFilterInput,
  CustomerIdentityAddPayload,
  CustomerIdentityConnection,
  CustomerIdentityInput,
  CustomerInput,
  CustomerType,
  CustomerUpsertPayload,
  LifecycleTransitionConnection,
} from '../schema/customer';
import { ConversationOrder, CustomerOrder, TouchpointOrder } from '../schema/enums';
import { PagingArgs } from '../schema/shared/connection';
import { TouchpointConnection } from '../schema/touchpoint';
import { IdempotencyKey } from './arguments';

@Resolver(() => CustomerType)
export class CustomerResolver {
  @Query(() => CustomerType, {
    nullable: true,
    description: 'One customer; null when you see none.',
  })
  customer(@Arg('by', () => CustomerBy) by: CustomerBy, @Ctx() { reader }: RequestContext) {
    return findCustomer(reader, by);
  }

  @Query(() => CustomerConnection, {
    description: 'Customers, newest first unless asked otherwise.',
  })
  customers(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => CustomerFilterInput, { nullable: true })
    filter: CustomerFilterInput | null,
    @Arg('orderBy', () => CustomerOrder, { defaultValue: 'CREATED_DESC' })
    orderBy: keyof typeof CustomerOrder,
    @Ctx() { reader }: RequestContext,
  ) {
    return listCustomers(reader, { ...page, filter, orderBy });
  }

  @Mutation(() => CustomerUpsertPayload, {
    description: 'Makes the customer that `by` names, or changes what is there.',
  })
  customerUpsert(
    @Arg('by', () => CustomerBy) by: CustomerBy,
    @Arg('input', () => CustomerInput) input: CustomerInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(upsertCustomer, { by, input }, key);
  }

  @Mutation(() => CustomerIdentityAddPayload, { description: 'Gives a customer one more handle.' })
  customerIdentityAdd(
    @Arg('customerId', () => ID, { description: 'Whose it is.' }) customerId: string,
    @Arg('input', () => CustomerIdentityInput) input: CustomerIdentityInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(addCustomerIdentity, { customerId, input }, key);
  }

  @FieldResolver(() => CustomerIdentityConnection, { description: 'The customer’s handles.' })
  identities(
    @Root() { id }: Customer,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(identities, 'customer_id', id, identityOrder, page);
  }

  @FieldResolver(() => LifecycleTransitionConnection, {
    description: 'How the relationship moved through the stages, oldest first.',
  })
  transitions(
    @Root() { id }: Customer,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(transitions, 'customer_id', id, transitionOrder, page);
  }

  @FieldResolver(() => ConversationConnection, { description: 'The customer’s conversations.' })
  conversations(
    @Root() { id }: Customer,
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('orderBy', () => ConversationOrder, { defaultValue: 'LAST_MESSAGE_DESC' })
    orderBy: ConversationOrderName,
    @Ctx() { loaders, actor }: RequestContext,
  ) {
    const visible = onVisibleChannel(actor, 'c.channel_id');
    const order = conversationOrders[orderBy];
    return loaders.pages.load(conversations, 'customer_id', id, order, page, visible);
  }

  @FieldResolver(() => TouchpointConnection, {
    description: 'The moments of the customer’s experience.',
  })
  touchpoints(
    @Root() { id }: Customer,
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('orderBy', () => TouchpointOrder, { defaultValue: 'OCCURRED_DESC' })
    orderBy: TouchpointOrderName,
    @Ctx() { loaders, actor }: RequestContext,
  ) {
    const visible = onVisibleChannel(actor, 't.channel_id');
    const order = touchpointOrders[orderBy];
    return loaders.pages.load(touchpoints, 'customer_id', id, order, page, visible);
  }

  @FieldResolver()
  tags(@Root() { id }: Customer, @Ctx() { loaders }: RequestContext) {
    return loaders.tagsOf('customer', id);
  }
}
