import { z } from 'zod';
import type { Connections } from '../../connections/connections';
import { silent } from '../../connectors/kit/capabilities';
import type { TargetMessage } from '../../connectors/kit/connector';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Message, type Channel } from '../../entities';
import { loadTarget } from '../action/target';
import { attachUploads } from '../file/attach-uploads';
import { ingestItems } from '../ingest/ingest';
import type { IdentityRef } from '../ingest/item';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { newId } from '../kit/ids';
import { id } from '../kit/input';
import { lockMessage } from './lock-message';
import { requirePrivateReply } from './private-reply-facts';
import { enqueue } from './queue';
import { connectedChannel, contentOf, messageInput, takeDraft, type Queued } from './send-message';
import { writerOf } from './writer';

/**
 * Answers a public message in private: in the private conversation with its author, which is made
 * where there is none, and which is linked with the public one.
 */
export const replyPrivately = (connections: Connections) =>
  defineCommand({
    name: 'messageReplyPrivately',
    input: z.object({ messageId: id('Message'), input: messageInput }),
    async run(work, { messageId: publicId, input }): Promise<Outcome<Queued>> {
      const locked = await lockMessage(work, publicId);
      if (!locked) throw notFound('message', ['messageId']);
      const { message } = locked;
      if (input.replyToId !== null) {
        const words = 'It answers the public message: leave this out.';
        throw new DomainError(ErrorCode.INVALID_INPUT, words, ['input', 'replyToId']);
      }
      if (input.template !== null) {
        const words = 'A template can’t answer a public message.';
        throw new DomainError(ErrorCode.INVALID_INPUT, words, ['input', 'template']);
      }
      const channel = await requirePrivateReply(work, connections, message, ['messageId']);
      const connector = connections.connectors[channel.connector!]!;
      const capabilities = connector.manifest.capabilities.private ?? silent;
      const uploads = await takeDraft(work, input, capabilities, false);
      const target = (await loadTarget(work.session, channel.workspaceId, publicId))!;
      const clientKey = newId();
      const known = connectedChannel(channel);
      const queuedAt = work.now;
      const { actor, now, manager } = work;
      const { ingested, events } = await ingestItems(work, [
        {
          ...{ channelId: channel.id, orderKey: 0n, direction: 'OUTBOUND', visibility: 'PRIVATE' },
          threadKey: connector.privateThread!(target, known),
          externalId: connector.plannedId?.({ clientKey, queuedAt }, known) ?? null,
          ...writerOf(actor, input.authorName),
          customer: identityOf(channel, target),
          replyTo: { externalId: target.externalId },
          ...{ sentAt: now, body: input.body, content: contentOf(input) },
          ...{ clientKey, status: 'QUEUED' },
        },
      ]);
      const { messageId, conversationId } = ingested[0]!;
      const { workspaceId } = message;
      await manager.update(Message, { workspaceId, id: publicId }, { privateReplyId: messageId });
      await linkConversations(work, message.conversationId, conversationId);
      await attachUploads(work, messageId, uploads);
      await enqueue(work, { messageId, conversationId, channelId: channel.id });
      return { result: { messageId, conversationId }, events };
    },
  });

function identityOf(channel: Channel, { author }: TargetMessage): IdentityRef | null {
  if (!author) return null;
  return { channelKind: channel.kind, scope: channel.identityScope, ...author };
}

/** Has two conversations know of each other. */
export async function linkConversations(
  { session, actor: { workspaceId }, now }: Work,
  one: string,
  other: string,
): Promise<void> {
  if (one === other) return;
  await queryObjects(
    session,
    sql`insert into conversation_link (workspace_id, conversation_id, linked_id, created_at)
        values (${workspaceId}, ${one}, ${other}, ${now}), (${workspaceId}, ${other}, ${one}, ${now})
        on conflict do nothing`,
  );
}

/** The public message that a message answers in private; null where it is no such answer. */
export async function publicMessageOf(
  { manager }: Work,
  { workspaceId, replyToId, conversationId }: Message,
): Promise<Message | null> {
  if (replyToId === null) return null;
  const replied = await manager.findOneBy(Message, { workspaceId, id: replyToId });
  return replied && replied.conversationId !== conversationId ? replied : null;
}
