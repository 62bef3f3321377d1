import { ApiKey } from './api-key';
import { Attachment } from './attachment';
import { AuditEntry, IdempotencyRecord } from './bookkeeping';
import { Channel, ChannelState } from './channel';
import { ChatSession } from './chat-session';
import { Company } from './company';
import { Conversation, ConversationLink, ConversationTag } from './conversation';
import { Customer, CustomerIdentity } from './customer';
import { StoredFile, Upload } from './file';
import { InboundDelivery } from './inbound-delivery';
import { LifecycleStage, LifecycleTransition } from './lifecycle';
import { MessageAction } from './message-action';
import { Message, MessageReaction, MessageRevision } from './message';
import { MessageTemplate } from './message-template';
export type { TemplateStatus } from './message-template';
import { Post, PostRevision } from './post';
import { CustomerTag, Tag } from './tag';
import { Touchpoint } from './touchpoint';
import { User } from './user';
import { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from './webhook';
export type { WebhookDeliveryStatus } from './webhook';
import { Workspace } from './workspace';

/** Every table that TypeORM maps; the event tables are plain SQL (`events/`). */
export const entities = [
  ApiKey,
  Attachment,
  AuditEntry,
  Channel,
  ChannelState,
  ChatSession,
  Company,
  Conversation,
  ConversationLink,
  ConversationTag,
  Customer,
  CustomerIdentity,
  CustomerTag,
  IdempotencyRecord,
  InboundDelivery,
  LifecycleStage,
  LifecycleTransition,
  Message,
  MessageAction,
  MessageReaction,
  MessageRevision,
  MessageTemplate,
  Post,
  PostRevision,
  StoredFile,
  Tag,
  Touchpoint,
  Upload,
  User,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  Workspace,
];

export {
  ApiKey,
  Attachment,
  AuditEntry,
  Channel,
  ChannelState,
  ChatSession,
  Company,
  Conversation,
  ConversationLink,
  ConversationTag,
  Customer,
  CustomerIdentity,
  CustomerTag,
  IdempotencyRecord,
  InboundDelivery,
  LifecycleStage,
  LifecycleTransition,
  Message,
  MessageAction,
  MessageReaction,
  MessageRevision,
  MessageTemplate,
  Post,
  PostRevision,
  StoredFile,
  Tag,
  Touchpoint,
  Upload,
  User,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  Workspace,
};
