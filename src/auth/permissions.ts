import type { UserRole } from '../entities/user';

/** What an actor may do. Scopes of API keys are permissions; roles stand for sets of them. */
export enum Permission {
  WORKSPACE_READ = 'WORKSPACE_READ',
  CUSTOMER_READ = 'CUSTOMER_READ',
  CUSTOMER_WRITE = 'CUSTOMER_WRITE',
  CHANNEL_READ = 'CHANNEL_READ',
  CHANNEL_MANAGE = 'CHANNEL_MANAGE',
  CONVERSATION_READ = 'CONVERSATION_READ',
  CONVERSATION_WRITE = 'CONVERSATION_WRITE',
  MESSAGE_RECORD = 'MESSAGE_RECORD',
  MESSAGE_SEND = 'MESSAGE_SEND',
  TOUCHPOINT_READ = 'TOUCHPOINT_READ',
  TOUCHPOINT_WRITE = 'TOUCHPOINT_WRITE',
  METRICS_READ = 'METRICS_READ',
  ACCESS_MANAGE = 'ACCESS_MANAGE',
  WEBHOOK_MANAGE = 'WEBHOOK_MANAGE',
}

const everything = Object.values(Permission);

const reading = [
  Permission.WORKSPACE_READ,
  Permission.CUSTOMER_READ,
  Permission.CHANNEL_READ,
  Permission.CONVERSATION_READ,
  Permission.TOUCHPOINT_READ,
];

const serving = [
  ...reading,
  Permission.CUSTOMER_WRITE,
  Permission.CONVERSATION_WRITE,
  Permission.MESSAGE_RECORD,
  Permission.MESSAGE_SEND,
  Permission.TOUCHPOINT_WRITE,
];

/** What each role may do. */
export const rolePermissions: Record<UserRole, ReadonlySet<Permission>> = {
  OWNER: new Set(everything),
  ADMIN: new Set(everything),
  SUPERVISOR: new Set([...serving, Permission.METRICS_READ]),
  AGENT: new Set(serving),
  ANALYST: new Set([...reading, Permission.METRICS_READ]),
};

/** The permission that each root field needs. A field without a line here stops the server from starting. */
export const rootFieldPermissions: Record<string, Permission> = {
  'Query.viewer': Permission.WORKSPACE_READ,
  'Query.node': Permission.WORKSPACE_READ,
  'Query.customer': Permission.CUSTOMER_READ,
  'Query.customers': Permission.CUSTOMER_READ,
  'Query.conversation': Permission.CONVERSATION_READ,
  'Query.conversations': Permission.CONVERSATION_READ,
  'Query.channels': Permission.CHANNEL_READ,
  'Query.connectors': Permission.CHANNEL_READ,
  'Query.messageTemplates': Permission.CHANNEL_READ,
  'Query.posts': Permission.CONVERSATION_READ,
  'Query.touchpoints': Permission.TOUCHPOINT_READ,
  'Query.responseMetrics': Permission.METRICS_READ,
  'Query.changes': Permission.WORKSPACE_READ,
  'Query.inboundDeliveries': Permission.CHANNEL_MANAGE,
  'Query.webhookEndpoints': Permission.WEBHOOK_MANAGE,
  'Query.webhookDeliveries': Permission.WEBHOOK_MANAGE,
  'Mutation.customerUpsert': Permission.CUSTOMER_WRITE,
  'Mutation.customerIdentityAdd': Permission.CUSTOMER_WRITE,
  'Mutation.channelCreate': Permission.CHANNEL_MANAGE,
  'Mutation.channelConnect': Permission.CHANNEL_MANAGE,
  'Mutation.channelUpdate': Permission.CHANNEL_MANAGE,
  'Mutation.channelPause': Permission.CHANNEL_MANAGE,
  'Mutation.channelResume': Permission.CHANNEL_MANAGE,
  'Mutation.channelDisconnect': Permission.CHANNEL_MANAGE,
  'Mutation.channelTest': Permission.CHANNEL_MANAGE,
  'Mutation.channelReplay': Permission.CHANNEL_MANAGE,
  'Mutation.messageTemplatesSync': Permission.CHANNEL_MANAGE,
  'Mutation.inboundDeliveryRetry': Permission.CHANNEL_MANAGE,
  'Mutation.conversationClose': Permission.CONVERSATION_WRITE,
  'Mutation.conversationReopen': Permission.CONVERSATION_WRITE,
  'Mutation.conversationAssign': Permission.CONVERSATION_WRITE,
  'Mutation.conversationMarkRead': Permission.MESSAGE_SEND,
  'Mutation.noteAdd': Permission.CONVERSATION_WRITE,
  'Mutation.presenceSet': Permission.CONVERSATION_READ,
  'Mutation.messageRecord': Permission.MESSAGE_RECORD,
  'Mutation.messageSend': Permission.MESSAGE_SEND,
  'Mutation.messageSendRetry': Permission.MESSAGE_SEND,
  'Mutation.messageCancel': Permission.MESSAGE_SEND,
  'Mutation.messageReplyPrivately': Permission.MESSAGE_SEND,
  'Mutation.messageHide': Permission.MESSAGE_SEND,
  'Mutation.messageShow': Permission.MESSAGE_SEND,
  'Mutation.messageDelete': Permission.MESSAGE_SEND,
  'Mutation.messageReact': Permission.MESSAGE_SEND,
  'Mutation.messageUnreact': Permission.MESSAGE_SEND,
  'Mutation.touchpointRecord': Permission.TOUCHPOINT_WRITE,
  'Mutation.tagAdd': Permission.CONVERSATION_WRITE,
  'Mutation.tagRemove': Permission.CONVERSATION_WRITE,
  'Mutation.apiKeyCreate': Permission.ACCESS_MANAGE,
  'Mutation.apiKeyRevoke': Permission.ACCESS_MANAGE,
  'Mutation.userInvite': Permission.ACCESS_MANAGE,
  'Mutation.webhookEndpointCreate': Permission.WEBHOOK_MANAGE,
  'Mutation.webhookEndpointUpdate': Permission.WEBHOOK_MANAGE,
  'Mutation.webhookEndpointDelete': Permission.WEBHOOK_MANAGE,
  'Mutation.webhookEndpointRotateSecret': Permission.WEBHOOK_MANAGE,
  'Mutation.webhookEndpointPing': Permission.WEBHOOK_MANAGE,
  'Mutation.webhookRedeliver': Permission.WEBHOOK_MANAGE,
  // of events, each is checked by the permission of its subject's kind (events/registry.ts)
  'Subscription.events': Permission.WORKSPACE_READ,
  'Subscription.conversationUpdates': Permission.CONVERSATION_READ,
  'Subscription.customerUpdates': Permission.CUSTOMER_READ,
  'Subscription.inboxUpdates': Permission.CONVERSATION_READ,
  'Subscription.presence': Permission.CONVERSATION_READ,
};

/**
 * The root fields of end customers, who have no permission at all: they reach these and no others,
 * and nobody else reaches these. A type that is read by permission must not be reached from them.
 */
export const customerRootFields: ReadonlySet<string> = new Set([
  'Query.chat',
  'Mutation.chatStart',
  'Mutation.chatMessageSend',
  'Mutation.chatTyping',
  'Mutation.chatRead',
  'Mutation.chatVisitorClaim',
  'Subscription.chatUpdates',
  'Subscription.chatTyping',
]);

/**
 * The permission for reading an object of each type, wherever in a query it is reached. A type that
 * is a Node and has no line here stops the server from starting.
 */
export const typePermissions: Record<string, Permission> = {
  ApiKey: Permission.ACCESS_MANAGE,
  Attachment: Permission.CONVERSATION_READ,
  Channel: Permission.CHANNEL_READ,
  Company: Permission.CUSTOMER_READ,
  Conversation: Permission.CONVERSATION_READ,
  Customer: Permission.CUSTOMER_READ,
  CustomerIdentity: Permission.CUSTOMER_READ,
  InboundDelivery: Permission.CHANNEL_MANAGE,
  LifecycleTransition: Permission.CUSTOMER_READ,
  Message: Permission.CONVERSATION_READ,
  MessageRevision: Permission.CONVERSATION_READ,
  MessageTemplate: Permission.CHANNEL_READ,
  Post: Permission.CONVERSATION_READ,
  Tag: Permission.WORKSPACE_READ,
  Touchpoint: Permission.TOUCHPOINT_READ,
  User: Permission.WORKSPACE_READ,
  WebhookDelivery: Permission.WEBHOOK_MANAGE,
  WebhookEndpoint: Permission.WEBHOOK_MANAGE,
  Workspace: Permission.WORKSPACE_READ,
};
