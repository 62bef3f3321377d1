import { registerEnumType } from 'type-graphql';
import { Permission } from '../auth/permissions';
import { ChannelKind } from '../domain/channel/kinds';
import { ResponseMetricsDimension } from '../domain/metrics/dimensions';

/** An enum object from a list of names, for closed sets that the code keeps as string unions. */
function namesOf<const T extends string>(...names: T[]): { [K in T]: K } {
  return Object.fromEntries(names.map((name) => [name, name])) as { [K in T]: K };
}

export const ConversationStatus = namesOf('OPEN', 'CLOSED');
export const Visibility = namesOf('PUBLIC', 'PRIVATE');
export const MessageDirection = namesOf('INBOUND', 'OUTBOUND', 'NOTE');
export const MessageRecordDirection = namesOf('INBOUND', 'OUTBOUND');
export const ChannelStatus = namesOf('ACTIVE', 'PAUSED', 'DISCONNECTED');
export const UserRole = namesOf('OWNER', 'ADMIN', 'SUPERVISOR', 'AGENT', 'ANALYST');
export const UserStatus = namesOf('INVITED', 'ACTIVE', 'DISABLED');
export const ConversationOrder = namesOf(
  'LAST_MESSAGE_DESC',
  'LAST_MESSAGE_ASC',
  'STARTED_DESC',
  'STARTED_ASC',
);
export const CustomerOrder = namesOf('CREATED_DESC', 'CREATED_ASC', 'UPDATED_DESC', 'UPDATED_ASC');
export const TouchpointOrder = namesOf('OCCURRED_DESC', 'OCCURRED_ASC');
export const MessageOrder = namesOf('SENT_ASC', 'SENT_DESC');
export const UpsertOutcome = namesOf('CREATED', 'UPDATED', 'UNCHANGED');
export const TouchpointOutcome = namesOf('CREATED', 'UNCHANGED', 'REJECTED');
export const RevisionKind = namesOf('EDITED', 'DELETED');
export const ActorKind = namesOf('USER', 'API_KEY', 'SYSTEM');

const registered: [enumObject: object, name: string, description: string][] = [
  [ConversationStatus, 'ConversationStatus', 'Whether a conversation still waits for the company.'],
  [Visibility, 'Visibility', 'Whether others can read along.'],
  [MessageDirection, 'MessageDirection', 'From a customer, to one, or internal.'],
  [MessageRecordDirection, 'MessageRecordDirection', 'From a customer, or to one.'],
  [ChannelStatus, 'ChannelStatus', 'Whether a channel takes part.'],
  [ChannelKind, 'ChannelKind', 'The platform that a channel is on.'],
  [UserRole, 'UserRole', 'What a user may do; OWNER and ADMIN everything, ANALYST only read.'],
  [UserStatus, 'UserStatus', 'INVITED until the first sign-in.'],
  [ConversationOrder, 'ConversationOrder', 'By the newest message or by the earliest.'],
  [CustomerOrder, 'CustomerOrder', 'By creation or by last change.'],
  [TouchpointOrder, 'TouchpointOrder', 'By the time they happened.'],
  [MessageOrder, 'MessageOrder', 'By the provider’s time, then its order key, then id.'],
  [UpsertOutcome, 'UpsertOutcome', 'What an upsert did.'],
  [TouchpointOutcome, 'TouchpointOutcome', 'What became of one touchpoint of a batch.'],
  [RevisionKind, 'RevisionKind', 'What happened to a message.'],
  [ActorKind, 'ActorKind', 'What kind of actor acts.'],
  [Permission, 'Permission', 'What an API key or a role may do.'],
  [ResponseMetricsDimension, 'ResponseMetricsDimension', 'What response metrics are split by.'],
];

for (const [enumObject, name, description] of registered) {
  registerEnumType(enumObject, { name, description });
}
