import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Message } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { reportHealth } from '../channel/set-health';
import { releaseAwaited } from '../inbound/release-awaited';
import { retimeMessage } from '../ingest/retime';
import type { SentMessage } from '../../connectors/kit/connector';
import type { Work } from '../kit/command';
import { changeOf, factsOf } from '../conversation/facts';
import { reported } from '../message/forward-status';
import { settlePrivateThread } from './find-private-thread';
import { carrierOf, statusChanged, type LockedMessage } from './lock-message';
import { mergeDouble } from './merge-double';
import { dequeue } from './queue';

/** What the platform made of a message. */
export interface SentFacts {
  externalId: string;
  /** The platform's time; null where it did not say. */
  sentAt: Date | null;
  status: 'SENT' | 'DELIVERED';
  platform: Record<string, unknown> | null;
  conversationPlatform: Record<string, unknown> | null;
  private?: SentMessage['private'];
}

/** Keeps that a message is on the platform, which an echo or a receipt may have told before. */
export async function recordSent(
  work: Work,
  locked: LockedMessage,
  sent: SentFacts,
): Promise<NewEvent[]> {
  const { message, conversation } = locked;
  const { workspaceId, id, channelId } = message;
  const before = message.status;
  const facts = await factsOf(work, conversation);
  const merged = await mergeDouble(work, locked, sent.externalId);
  if (sent.private) merged.push(...(await settlePrivateThread(work, conversation, sent.private)));
  const { externalId, platform, sentAt } = sent;
  const after = reported(message, {
    ...{ messageId: id, conversationId: conversation.id },
    ...{ status: sent.status, at: sentAt ?? work.now, platform },
  });
  await dequeue(work, id);
  await work.manager.update(
    Message,
    { workspaceId, id },
    {
      ...{
        status: after.status,
        failure: after.failure,
        deliveredAt: after.deliveredAt,
        externalId,
      },
      ...(after.platform !== message.platform && { platform: after.platform as never }),
    },
  );
  const time = sentAt ?? message.sentAt;
  // one that had been given up answers again
  const isMoved = time.getTime() !== message.sentAt.getTime() || before === 'FAILED';
  const changes = isMoved ? await retimeMessage(work, conversation, message, time) : {};
  await noteSent(work, message, sent);
  const health = await reportHealth(work, carrierOf(message), {
    ...{ part: 'SENDER', health: 'OK', reason: null, at: work.now },
  });
  const change = changeOf(facts, changes);
  const { status, failure } = after;
  const told = { status: status!, failure };
  const changed =
    status === before ? [] : [statusChanged(message, change, told, sentAt ?? undefined)];
  const late = await releaseAwaited(work, channelId, externalId);
  return [...merged, ...changed, ...health, ...late];
}

async function noteSent(
  { session, actor: { workspaceId }, now }: Work,
  message: Message,
  { conversationPlatform }: SentFacts,
): Promise<void> {
  if (conversationPlatform) {
    await queryObjects(
      session,
      sql`update conversation set platform = platform || ${JSON.stringify(conversationPlatform)}::jsonb
          where workspace_id = ${workspaceId} and id = ${message.conversationId}`,
    );
  }
  const channelIds = new Set([message.channelId, carrierOf(message)]);
  await queryObjects(
    session,
    sql`insert into channel_state as s (workspace_id, channel_id, last_outbound_at)
        select ${workspaceId}, id, ${now}
        from unnest(${[...channelIds].sort()}::uuid[]) c (id) order by id
        on conflict (workspace_id, channel_id) do update
          set last_outbound_at = greatest(s.last_outbound_at, excluded.last_outbound_at)`,
  );
}
