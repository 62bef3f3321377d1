import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { InboxUpdate as InboxUpdateSource } from '../domain/conversation/inbox-updates';
import type { EventSource } from '../domain/event/event-source';
import type { EventUpdate as EventUpdateSource } from '../domain/event/event-updates';
import { listChanges } from '../domain/event/list-changes';
import { presentActor, presentData, subjectIdOf } from '../domain/event/present-event';
import { globalId } from '../domain/kit/ids';
import { loadNode } from '../domain/kit/node';
import type { RequestContext } from '../domain/kit/request-context';
import { byTheHub } from '../domain/live/by-the-hub';
import { ConversationFilterInput } from '../schema/conversation';
import {
  AfterArgs,
  Changes,
  ChangesArgs,
  EventsArgs,
  EventType,
  EventUpdate,
  InboxUpdate,
} from '../schema/event';

@Resolver(() => EventType)
export class EventResolver {
  @Query(() => Changes, {
    description:
      'What happened after a position, for systems that ask: the same events as `subscription events` brings, in the same order.',
  })
  changes(@Args(() => ChangesArgs) args: ChangesArgs, @Ctx() ctx: RequestContext) {
    return listChanges(ctx, args);
  }

  @Subscription(() => EventUpdate, {
    subscribe: byTheHub,
    description:
      'What happens in the workspace, as far as you may see it: from a position on, then live, without a gap or a double.',
  })
  events(@Root() update: EventUpdateSource, @Args(() => EventsArgs) _args: EventsArgs) {
    return update;
  }

  @Subscription(() => EventUpdate, {
    subscribe: byTheHub,
    description: 'What happens in one conversation.',
  })
  conversationUpdates(
    @Root() update: EventUpdateSource,
    @Arg('conversationId', () => ID, { description: 'Of the conversation.' }) _id: string,
    @Args(() => AfterArgs) _args: AfterArgs,
  ) {
    return update;
  }

  @Subscription(() => EventUpdate, {
    subscribe: byTheHub,
    description: 'What happens to one customer: itself, in its conversations, its touchpoints.',
  })
  customerUpdates(
    @Root() update: EventUpdateSource,
    @Arg('customerId', () => ID, { description: 'Of the customer.' }) _id: string,
    @Args(() => AfterArgs) _args: AfterArgs,
  ) {
    return update;
  }

  @Subscription(() => InboxUpdate, {
    subscribe: byTheHub,
    description:
      'A live list: conversations as they begin to match a filter, change, and cease to match. Subscribe, then read `conversations` with the same filter, then apply what comes.',
  })
  inboxUpdates(
    @Root() update: InboxUpdateSource,
    @Arg('filter', () => ConversationFilterInput, { nullable: true })
    _filter: ConversationFilterInput | null,
    @Args(() => AfterArgs) _args: AfterArgs,
  ) {
    return update;
  }

  @FieldResolver()
  actor(@Root() { actor }: EventSource) {
    return presentActor(actor);
  }

  @FieldResolver()
  subjectId(@Root() event: EventSource) {
    return subjectIdOf(event);
  }

  @FieldResolver()
  data(@Root() { data }: EventSource) {
    return presentData(data);
  }

  @FieldResolver()
  subject(@Root() event: EventSource, @Ctx() { actor, loaders }: RequestContext) {
    return loadNode(actor, loaders, subjectIdOf(event));
  }
}

@Resolver(() => InboxUpdate)
export class InboxUpdateResolver {
  @FieldResolver()
  conversationId(@Root() { conversationId }: InboxUpdateSource) {
    return conversationId && globalId('Conversation', conversationId);
  }
}
