import type { Read } from '../../db/row-shape';
import type { Conversation, Message } from '../../entities';
import type { Notice } from '../../events/hub/live-operation';
import type { StoredEvent } from '../../events/log';
import { BadArgument } from '../kit/errors';
import { globalId } from '../kit/ids';
import type { RequestContext } from '../kit/request-context';
import type { LiveField } from '../live/live-field';
import { listPresence } from '../presence/list-presence';
import { findOwn } from './own-conversation';
import { isPublic } from './public-message';

/** What the GraphQL type ChatUpdate is resolved from. */
export interface ChatUpdate {
  kind: 'MESSAGE' | 'CONVERSATION' | Notice;
  position: number;
  message: Read<Message> | null;
  conversation: Read<Conversation> | null;
}

const ofMessages: ReadonlySet<string> = new Set([
  'message.added',
  'message.status_changed',
  'message.edited',
  'message.deleted',
  'message.attachment_stored',
]);
const ofConversations: ReadonlySet<string> = new Set([
  'conversation.closed',
  'conversation.reopened',
]);

/** What a customer sees of what happens in a conversation of theirs. */
export const chatUpdates: LiveField = {
  source: 'LOG',
  async plan(args, context) {
    const conversation = await ownOf(args, context);
    const id = globalId('Conversation', conversation.id);
    return {
      scope: { conversationId: conversation.id },
      after: (args.after as number | null | undefined) ?? null,
      onlyChooses: false,
      async select(events, reading) {
        // it may be somebody else's by now
        const own = await findOwn(reading, id);
        if (!own) return events.map(() => null);
        return Promise.all(events.map((event) => updateOf(event, own, reading)));
      },
      notice: (kind, position): ChatUpdate => ({
        ...{ kind, position, message: null, conversation: null },
      }),
    };
  },
};

async function updateOf(
  { type, position, subjectId }: StoredEvent,
  conversation: Read<Conversation>,
  { loaders }: RequestContext,
): Promise<ChatUpdate | null> {
  if (ofConversations.has(type)) {
    return { kind: 'CONVERSATION', position, message: null, conversation };
  }
  if (!ofMessages.has(type)) return null;
  const message = await loaders.byId('Message', subjectId);
  const isShown = message?.conversationId === conversation.id && isPublic(message);
  return isShown ? { kind: 'MESSAGE', position, message, conversation } : null;
}

/** Whether somebody of the company types in a conversation of the customer's. */
export const chatTyping: LiveField = {
  source: 'PRESENCE',
  async plan(args, context) {
    const { id: conversationId } = await ownOf(args, context);
    return {
      conversationId,
      async present(reading) {
        const typing = (await listPresence(reading, conversationId)).filter(
          ({ actor, activity }) => actor.kind !== 'CUSTOMER' && activity === 'TYPING',
        );
        const [first] = typing.map(({ expiresAt }) => expiresAt).sort();
        return {
          item: { conversationId, isTyping: typing.length > 0 },
          expiresAt: first === undefined ? null : new Date(first),
        };
      },
    };
  },
};

async function ownOf(
  { conversationId }: Record<string, unknown>,
  context: RequestContext,
): Promise<Read<Conversation>> {
  const conversation = await findOwn(context, conversationId as string);
  if (conversation) return conversation;
  throw new BadArgument(['conversationId'], 'names no conversation of yours');
}
