import { z, type ZodType } from 'zod';
import type { Connections } from '../../connections/connections';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Message, MessageAction, type Conversation } from '../../entities';
import type { MessageActionKind } from '../../entities/message-action';
import { lockConversation } from '../conversation/lock-conversation';
import { defineCommand, type Command, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { newId } from '../kit/ids';
import { id, line } from '../kit/input';
import { lockMessage } from '../outbound/lock-message';
import { performLater } from './action-jobs';
import { checkAction, requireChannel } from './require-action';

/** What the commands that do something to a message give back. */
export interface Acted {
  messageId: string;
  conversationId: string;
}

const plain = z.object({ id: id('Message') });
const withReaction = z.object({ id: id('Message'), reaction: line(50) });

interface Request {
  id: string;
  reaction?: string;
}

type Action = (connections: Connections) => Command<Request, Acted>;

export const hideMessage: Action = (connections) =>
  acting('messageHide', 'HIDE', plain, connections);

export const showMessage: Action = (connections) =>
  acting('messageShow', 'SHOW', plain, connections);

export const deleteMessage: Action = (connections) =>
  acting('messageDelete', 'DELETE', plain, connections);

export const reactToMessage: Action = (connections) =>
  acting('messageReact', 'REACT', withReaction, connections);

export const unreactToMessage: Action = (connections) =>
  acting('messageUnreact', 'UNREACT', withReaction, connections);

/** A command that has something done to a message on its platform: a job does it after the commit. */
function acting(
  name: string,
  kind: MessageActionKind,
  input: ZodType<Request>,
  connections: Connections,
): Command<Request, Acted> {
  return defineCommand({
    name,
    input,
    async run(work, args): Promise<Outcome<Acted>> {
      const locked = await lockMessage(work, args.id);
      if (!locked) throw notFound('message', ['id']);
      const { message, conversation } = locked;
      return request(work, connections, conversation, message, kind, args.reaction ?? null);
    },
  });
}

/** Tells the customer that what they wrote was read. */
export const markConversationRead = (connections: Connections) =>
  defineCommand({
    name: 'conversationMarkRead',
    input: z.object({ id: id('Conversation') }),
    async run(work, args): Promise<Outcome<Acted>> {
      const conversation = await lockConversation(work, args.id);
      const message = await newestOfCustomer(work, conversation);
      if (!message) {
        const words = 'The customer has written nothing that could be marked as read.';
        throw new DomainError(ErrorCode.INVALID_STATE, words, ['id']);
      }
      return request(work, connections, conversation, message, 'MARK_READ', null);
    },
  });

async function newestOfCustomer(
  { manager }: Work,
  { workspaceId, id: conversationId }: Conversation,
): Promise<Message | null> {
  return manager
    .createQueryBuilder(Message, 'm')
    .where('m.workspaceId = :workspaceId and m.conversationId = :conversationId', {
      ...{ workspaceId, conversationId },
    })
    .andWhere(`m.direction = 'INBOUND' and m.externalId is not null and m.deletedAt is null`)
    .orderBy({ 'm.sentAt': 'DESC', 'm.orderKey': 'DESC', 'm.id': 'DESC' })
    .limit(1)
    .getOne();
}

async function request(
  work: Work,
  connections: Connections,
  conversation: Conversation,
  message: Message,
  kind: MessageActionKind,
  reaction: string | null,
): Promise<Outcome<Acted>> {
  const { connector } = await requireChannel(work, connections, conversation, ['id']);
  checkAction(connector, conversation, message, kind, reaction);
  const { actor, now, manager } = work;
  const { workspaceId, id: messageId, conversationId, channelId } = message;
  await supersede(work, messageId, kind, reaction);
  const actionId = newId();
  await manager.insert(MessageAction, {
    ...{ workspaceId, id: actionId, messageId, kind, reaction, status: 'QUEUED' },
    ...{ userId: actor.kind === 'USER' ? actor.id : null, requestedAt: now },
  });
  await performLater(work, { actionId, channelId });
  return { result: { messageId, conversationId } };
}

const opposites: Partial<Record<MessageActionKind, MessageActionKind[]>> = {
  HIDE: ['HIDE', 'SHOW'],
  SHOW: ['HIDE', 'SHOW'],
  REACT: ['REACT', 'UNREACT'],
  UNREACT: ['REACT', 'UNREACT'],
};

/** What still waits to be done and has just been asked for anew, or undone, must not come after it. */
async function supersede(
  { session, actor: { workspaceId }, now }: Work,
  messageId: string,
  kind: MessageActionKind,
  reaction: string | null,
): Promise<void> {
  const kinds = opposites[kind] ?? [kind];
  const failure = { code: 'SUPERSEDED', message: 'Something else was asked for since.' };
  await queryObjects(
    session,
    sql`update message_action set status = 'FAILED', failure = ${failure}, settled_at = ${now}
        where workspace_id = ${workspaceId} and message_id = ${messageId} and status = 'QUEUED'
          and kind = any(${kinds}::text[]) and reaction is not distinct from ${reaction}`,
  );
}
