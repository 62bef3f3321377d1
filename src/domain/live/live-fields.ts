import { chatTyping, chatUpdates } from '../chat/chat-updates';
import { inboxUpdates } from '../conversation/inbox-updates';
import { conversationUpdates, customerUpdates, events } from '../event/event-updates';
import { presence } from '../presence/list-presence';
import type { LiveField } from './live-field';

/** What each field of the GraphQL type Subscription stands for. */
export const liveFields: Readonly<Record<string, LiveField>> = {
  events,
  conversationUpdates,
  customerUpdates,
  inboxUpdates,
  presence,
  chatUpdates,
  chatTyping,
};
