import { AttachmentResolver } from './attachment';
import { ChannelHealthResolver, ChannelResolver } from './channel';
import {
  ChatAttachmentResolver,
  ChatConversationResolver,
  ChatMessageResolver,
  ChatResolver,
} from './chat';
import { ConversationResolver } from './conversation';
import { CustomerResolver } from './customer';
import { EventResolver, InboxUpdateResolver } from './event';
import { InboundDeliveryFieldsResolver, InboundDeliveryResolver } from './inbound-delivery';
import { MessageResolver } from './message';
import { MessageActionResolver } from './message-action';
import { MetricsResolver } from './metrics';
import { PostResolver } from './post';
import { PresenceResolver } from './presence';
import { TemplateResolver } from './template';
import { TouchpointResolver } from './touchpoint';
import {
  WebhookAttemptResolver,
  WebhookDeliveryResolver,
  WebhookEndpointResolver,
  WebhookResolver,
} from './webhook';
import { ViewerResolver, WorkspaceResolver } from './workspace';

/** Every resolver of the schema. */
export const resolvers = [
  AttachmentResolver,
  ChannelHealthResolver,
  ChannelResolver,
  ChatAttachmentResolver,
  ChatConversationResolver,
  ChatMessageResolver,
  ChatResolver,
  ConversationResolver,
  CustomerResolver,
  EventResolver,
  InboundDeliveryFieldsResolver,
  InboundDeliveryResolver,
  InboxUpdateResolver,
  MessageActionResolver,
  MessageResolver,
  MetricsResolver,
  PostResolver,
  PresenceResolver,
  TemplateResolver,
  TouchpointResolver,
  ViewerResolver,
  WebhookAttemptResolver,
  WebhookDeliveryResolver,
  WebhookEndpointResolver,
  WebhookResolver,
  WorkspaceResolver,
] as const;
