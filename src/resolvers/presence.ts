import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { presentActor } from '../domain/event/present-event';
import { globalId } from '../domain/kit/ids';
import type { RequestContext } from '../domain/kit/request-context';
import { byTheHub } from '../domain/live/by-the-hub';
import type { Presence } from '../domain/presence/list-presence';
import { setPresence } from '../domain/presence/set-presence';
import {
  PresenceSetInput,
  PresenceSetPayload,
  PresenceType,
  PresenceUpdate,
} from '../schema/presence';
import { IdempotencyKey } from './arguments';

@Resolver(() => PresenceType)
export class PresenceResolver {
  @Mutation(() => PresenceSetPayload, {
    description:
      'Says that you view a conversation or type in it; say it again before it expires. It is in no log.',
  })
  presenceSet(
    @Arg('conversationId', () => ID, { description: 'Of the conversation.' })
    conversationId: string,
    @Arg('input', () => PresenceSetInput) input: PresenceSetInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(setPresence, { conversationId, input }, key);
  }

  @Subscription(() => PresenceUpdate, {
    subscribe: byTheHub,
    description:
      'Who views a conversation or types in it: all of them at once, and again after each change.',
  })
  presence(
    @Root() { conversationId, present }: { conversationId: string; present: Presence[] },
    @Arg('conversationId', () => ID, { description: 'Of the conversation.' }) _id: string,
  ) {
    return { conversationId: globalId('Conversation', conversationId), present };
  }

  @FieldResolver()
  actor(@Root() { actor }: Presence) {
    return presentActor(actor);
  }
}
