import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Actor } from '../auth/actor';
import { createApiKey, revokeApiKey } from '../domain/access/api-keys';
import { inviteUser } from '../domain/access/users';
import { loadNode } from '../domain/kit/node';
import type { RequestContext } from '../domain/kit/request-context';
import { Node } from '../schema/shared/node';
import {
  ApiKeyCreateInput,
  ApiKeyCreatePayload,
  ApiKeyRevokePayload,
  UserInviteInput,
  UserInvitePayload,
  Viewer,
} from '../schema/workspace';
import { IdempotencyKey } from './arguments';

@Resolver()
export class WorkspaceResolver {
  @Query(() => Viewer, { description: 'Who is asking, and what it may do.' })
  viewer(@Ctx() { actor }: RequestContext) {
    return actor;
  }

  @Query(() => Node, {
    nullable: true,
    description: 'The object with this id, of whatever type; null when you see none.',
  })
  node(
    @Arg('id', () => ID, { description: 'Of any object.' }) id: string,
    @Ctx() { actor, loaders }: RequestContext,
  ) {
    return loadNode(actor, loaders, id);
  }

  @Mutation(() => ApiKeyCreatePayload, {
    description: 'Makes an API key. Its token is in the answer and can never be read again.',
  })
  apiKeyCreate(
    @Arg('input', () => ApiKeyCreateInput) input: ApiKeyCreateInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(createApiKey, { input }, key);
  }

  @Mutation(() => ApiKeyRevokePayload, { description: 'Ends an API key at once.' })
  apiKeyRevoke(
    @Arg('id', () => ID, { description: 'Of the key.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(revokeApiKey, { id }, key);
  }

  @Mutation(() => UserInvitePayload, {
    description:
      'Lets a person in: whoever first signs in with this verified e-mail address becomes the user.',
  })
  userInvite(
    @Arg('input', () => UserInviteInput) input: UserInviteInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(inviteUser, { input }, key);
  }
}

@Resolver(() => Viewer)
export class ViewerResolver {
  @FieldResolver()
  permissions(@Root() actor: Actor) {
    return [...actor.permissions];
  }

  @FieldResolver()
  channels(@Root() { channelIds }: Actor, @Ctx() { loaders }: RequestContext) {
    return loaders.allById('Channel', channelIds);
  }

  @FieldResolver()
  user(@Root() { kind, id }: Actor, @Ctx() { loaders }: RequestContext) {
    return kind === 'USER' ? loaders.byId('User', id) : null;
  }
}
