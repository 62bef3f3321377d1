import { z } from 'zod';
import type { Connections } from '../../connections/connections';
import type { Capabilities } from '../../connectors/kit/capabilities';
import type { ConnectedChannel } from '../../connectors/kit/connector';
import { Message, type Channel, type Conversation } from '../../entities';
import { lockConversation } from '../conversation/lock-conversation';
import { ingestItems } from '../ingest/ingest';
import { attachUploads, takeUploads, type UploadFacts } from '../file/attach-uploads';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound, type Problem } from '../kit/errors';
import { globalId, newId } from '../kit/ids';
import { id, jsonObject, line, optional, prose } from '../kit/input';
import { LONGEST_BODY } from '../message/add-note';
import { takeTemplate, templateInput } from '../template/take-template';
import { checkChoices, choicesInput } from './check-choices';
import { checkMessage, type DraftProblem } from './check-message';
import { enqueue } from './queue';
import { requireReply } from './require-reply';
import { writerOf } from './writer';

const text = prose(LONGEST_BODY);

/** May be empty: whether that can be sent depends on what goes with it. */
const body = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
  .check(({ value, issues }) => {
    const { error } = value === '' ? {} : text.safeParse(value);
    for (const { message } of error?.issues ?? []) {
      issues.push({ code: 'custom', message, input: value });
    }
  });

const MOST_FILES = 20;

/** Parts of the content that are checked, and therefore not given as they are. */
const ownParts = ['fromTemplate', 'choices'] as const;

export const messageInput = z.object({
  body,
  replyToId: optional(id('Message')),
  attachmentIds: optional(
    z.array(id('Upload')).max(MOST_FILES, `Must be at most ${MOST_FILES} files.`),
  ),
  content: optional(jsonObject),
  authorName: optional(line(200)),
  template: optional(templateInput),
  choices: optional(choicesInput),
});

const shape = z.object({ conversationId: id('Conversation'), input: messageInput });

type Input = z.output<typeof messageInput>;

/** What the commands about messages on their way out give back. */
export interface Queued {
  messageId: string;
  conversationId: string;
}

/**
 * Has a message sent: it is written as queued, in the same way as every other message, and refused
 * where it is known already that the platform would not take it.
 */
export const sendMessage = (connections: Connections) =>
  defineCommand({
    name: 'messageSend',
    input: shape,
    async run(work, { conversationId, input }): Promise<Outcome<Queued>> {
      const { actor, now } = work;
      const writer = writerOf(actor, input.authorName);
      const conversation = await lockConversation(work, conversationId, ['conversationId']);
      const { channel, carrier, capabilities } = await requireReply(
        work,
        connections,
        conversation,
        ['conversationId'],
        writer.isForPerson,
        input.template ? 'TEMPLATE' : 'TEXT',
      );
      const replyTo = input.replyToId && (await findReplied(work, conversation, input.replyToId));
      const filled = input.template && (await takeTemplate(work, carrier.id, input));
      const uploads = filled ? [] : await takeDraft(work, input, capabilities, replyTo !== null);
      const clientKey = newId();
      const { ingested, events } = await ingestItems(work, [
        {
          ...{ channelId: channel.id, threadKey: conversation.threadKey, orderKey: 0n },
          externalId: plannedId(connections, carrier, clientKey, now),
          carrierId: carrier.id === channel.id ? null : carrier.id,
          direction: 'OUTBOUND',
          ...writer,
          customer: null,
          replyTo: replyTo === null ? null : { externalId: replyTo },
          ...{ sentAt: now, body: filled?.body ?? input.body },
          content: filled?.content ?? contentOf(input),
          ...{ clientKey, status: 'QUEUED' },
        },
      ]);
      const { messageId } = ingested[0]!;
      await attachUploads(work, messageId, uploads);
      await enqueue(work, { messageId, conversationId, channelId: carrier.id });
      return { result: { messageId, conversationId }, events };
    },
  });

/** What goes beside the text. */
export function contentOf({ content, choices }: Input): Record<string, unknown> | null {
  return choices ? { ...content, choices } : content;
}

/**
 * Takes the files that are to go with a message.
 * @throws DomainError where the platform would not take the message.
 */
export async function takeDraft(
  work: Work,
  { body: text, attachmentIds, choices, content }: Input,
  capabilities: Capabilities,
  isReply: boolean,
): Promise<UploadFacts[]> {
  const uploads = await takeUploads(work, attachmentIds ?? [], ['input', 'attachmentIds']);
  const attachments = uploads.map(({ contentType, byteSize }) => ({
    contentType,
    byteSize: Number(byteSize),
  }));
  const problems = checkMessage(
    { body: text, attachments, isReply, hasChoices: choices !== null },
    capabilities,
  );
  const offered = choices ? checkChoices(choices, capabilities, attachments.length) : [];
  const own = ownParts.filter((part) => content && Object.hasOwn(content, part));
  const taken = own.map((part): Problem => {
    const words = `This part has a field of its own: give it as input.${part === 'choices' ? part : 'template'}.`;
    return { code: ErrorCode.INVALID_INPUT, message: words, path: ['input', 'content', part] };
  });
  const all = [...problems.map(problemOf), ...offered, ...taken];
  if (all.length > 0) throw new DomainError(all);
  return uploads;
}

/** The platform's id of the message that is to be answered. */
async function findReplied(
  { manager, actor }: Work,
  conversation: Conversation,
  messageId: NonNullable<Input['replyToId']>,
): Promise<string> {
  const message = await manager.findOneBy(Message, {
    ...{ workspaceId: actor.workspaceId, id: messageId },
    conversationId: conversation.id,
  });
  if (!message || message.direction === 'NOTE') throw notFound('message', ['input', 'replyToId']);
  if (message.externalId !== null) return message.externalId;
  const words = 'The platform does not know this message: only what has arrived can be answered.';
  throw new DomainError(ErrorCode.INVALID_STATE, words, ['input', 'replyToId']);
}

/** The id that the message is going to have on the channel that it goes out by. */
export function plannedId(
  { connectors }: Connections,
  channel: Channel,
  clientKey: string,
  queuedAt: Date,
): string | null {
  const known = connectedChannel(channel);
  return connectors[channel.connector!]?.plannedId?.({ clientKey, queuedAt }, known) ?? null;
}

/** A channel as connectors see it, without its secrets: an id must not come from them. */
export function connectedChannel(channel: Channel): ConnectedChannel {
  const { name, externalId, identityScope, settings } = channel;
  return { id: globalId('Channel', channel.id), name, externalId, identityScope, settings };
}

const paths: Record<DraftProblem['field'], string> = {
  body: 'body',
  replyTo: 'replyToId',
  attachments: 'attachmentIds',
};

function problemOf({ reason, message, field, index }: DraftProblem): Problem {
  const place = index === undefined ? [] : [String(index)];
  return {
    ...{ code: ErrorCode.INVALID_INPUT, reason, message },
    path: ['input', paths[field], ...place],
  };
}
