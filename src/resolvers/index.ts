import { ChannelResolver } from './channel';
import { ConversationResolver } from './conversation';
import { CustomerResolver } from './customer';
import { MessageResolver } from './message';
import { MetricsResolver } from './metrics';
import { PostResolver } from './post';
import { TouchpointResolver } from './touchpoint';
import { ViewerResolver, WorkspaceResolver } from './workspace';

/** Every resolver of the schema. */
export const resolvers = [
  ChannelResolver,
  ConversationResolver,
  CustomerResolver,
  MessageResolver,
  MetricsResolver,
  PostResolver,
  TouchpointResolver,
  ViewerResolver,
  WorkspaceResolver,
] as const;
