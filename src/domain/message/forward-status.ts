import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { MessageStatus } from '../../entities/message';
import type { NewEvent } from '../../events/registry';
import { lockFacts } from '../conversation/lock-facts';
import { newest, type FactTimes } from '../ingest/facts';
import type { Work } from '../kit/command';

/** What the platform says became of a message of ours. */
export interface StatusReport {
  messageId: string;
  conversationId: string;
  status: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
  at: Date;
  failure?: { code: string; message: string };
  platform?: Record<string, unknown> | null;
  /** That it is one of all up to a time: it says less than what is said of the message itself. */
  isOfMany?: boolean;
  /** The platform's id, where an echo or a receipt tells it. */
  externalId?: string;
}

/** Where a message stands on its way out. */
export interface SendingState {
  status: MessageStatus | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  /** `at`: when the platform said so; absent where it never came to the platform. */
  failure: { code: string; message: string; at?: string } | null;
  platform: Record<string, unknown> | null;
}

const ranks: Record<MessageStatus, number> = {
  QUEUED: 1,
  SENDING: 2,
  SENT: 4,
  FAILED: 5,
  DELIVERED: 6,
  READ: 7,
};

/** In a message's platform facts: that the platform has said of it itself that it was delivered. */
const PROVEN = 'isProven';

/** A message that was given up before the platform took it. */
const GIVEN_UP = 3;

function rankOf({ status, failure }: Pick<SendingState, 'status' | 'failure'>): number {
  if (status === null) return 0;
  return status === 'FAILED' && !failure?.at ? GIVEN_UP : ranks[status];
}

/**
 * A message's state after a report. States only move forward, whatever order reports come in: what
 * the platform has is sent, though we had given it up; what it says has failed is not just sent, nor
 * read because all up to a time was; what it says itself was delivered or read has not failed.
 */
export function reported(before: SendingState, report: StatusReport): SendingState {
  const { status, at } = report;
  const after: SendingState = { ...before, platform: withFacts(before, report) };
  if (status === 'DELIVERED') after.deliveredAt = earlier(before.deliveredAt, at);
  if (status === 'READ') after.readAt = earlier(before.readAt, at);
  if (status === 'FAILED') return failed(after, report);
  const isProof = !report.isOfMany && status !== 'SENT';
  if (isProof) after.platform = { ...after.platform, [PROVEN]: true };
  if (rankOf(before) === ranks.FAILED && !isProof) return after;
  const furthest = after.readAt ? 'READ' : after.deliveredAt ? 'DELIVERED' : 'SENT';
  const isForward = rankOf({ status: furthest, failure: null }) > rankOf(before);
  return isForward || (isProof && before.status === 'FAILED')
    ? { ...after, status: furthest, failure: null }
    : after;
}

/** Of several failures the first counts; what was delivered has not failed. */
function failed(before: SendingState, { at, failure: told }: StatusReport): SendingState {
  if (before.platform?.[PROVEN]) return before;
  const unknown = { code: 'FAILED', message: 'The platform did not say why.' };
  const failure = { ...unknown, ...told, at: at.toISOString() };
  const known = before.failure;
  const isKnown = known?.at && known.at + known.code <= failure.at + failure.code;
  return { ...before, status: 'FAILED', failure: isKnown ? known : failure };
}

/** Facts such as what it cost, the newest of each. */
function withFacts({ platform }: SendingState, report: StatusReport): SendingState['platform'] {
  if (!report.platform) return platform;
  const { factTimes = {}, ...facts } = platform ?? {};
  const known = { facts, times: factTimes as FactTimes };
  const after = newest(known, report.platform, report.at);
  return { ...after.facts, factTimes: after.times };
}

function earlier(a: Date | null, b: Date): Date {
  return a && a < b ? a : b;
}

/** Takes reports in; what became of messages of customers or of notes is nobody's business. */
export async function forwardStatuses(
  work: Work,
  reports: readonly StatusReport[],
): Promise<NewEvent[]> {
  if (reports.length === 0) return [];
  const { session, actor } = work;
  const changes = await lockFacts(
    work,
    reports.map(({ conversationId }) => conversationId),
  );
  const ids = [...new Set(reports.map(({ messageId }) => messageId))];
  const rows = await queryObjects<SendingState & { id: string; conversationId: string }>(
    session,
    sql`select id, conversation_id "conversationId", status, delivered_at "deliveredAt",
               read_at "readAt", failure, platform
        from message
        where workspace_id = ${actor.workspaceId} and id = any(${ids}::uuid[])
          and direction = 'OUTBOUND'`,
  );
  const changed = rows.flatMap((row) => {
    const own = reports.filter(({ messageId }) => messageId === row.id);
    const after = own.reduce<SendingState>(reported, row);
    const externalId = own.find((report) => report.externalId)?.externalId ?? null;
    const isSame = JSON.stringify(after) === JSON.stringify(row) && externalId === null;
    const decisive = own.findLast(({ status }) => status === after.status) ?? own[0]!;
    return isSame ? [] : [{ row, after, externalId, at: decisive.at }];
  });
  await writeStates(
    work,
    changed.map(({ row: { id }, after, externalId }) => ({ ...after, id, externalId })),
  );
  return changed
    .filter(({ row, after }) => after.status !== row.status)
    .map(({ row: { id: subjectId, conversationId }, after, at }): NewEvent => {
      const change = changes.get(conversationId)!;
      const failureCode = after.failure?.code ?? null;
      const data = { ...change, conversationId, status: after.status!, failureCode };
      return { type: 'message.status_changed', subjectId, occurredAt: at, data };
    });
}

async function writeStates(
  { session, actor }: Work,
  states: readonly (SendingState & { id: string; externalId: string | null })[],
): Promise<void> {
  if (states.length === 0) return;
  const columns = bulkColumns(states, {
    id: ['uuid', ({ id }) => id],
    status: ['text', ({ status }) => status],
    delivered_at: ['timestamptz', ({ deliveredAt }) => deliveredAt],
    read_at: ['timestamptz', ({ readAt }) => readAt],
    failure: ['jsonb', ({ failure }) => failure && JSON.stringify(failure)],
    platform: ['jsonb', ({ platform }) => platform && JSON.stringify(platform)],
    external_id: ['text', ({ externalId }) => externalId],
  });
  await queryObjects(
    session,
    sql`update message m set status = t.status, delivered_at = t.delivered_at, read_at = t.read_at,
          failure = t.failure, platform = t.platform,
          external_id = coalesce(m.external_id, case when not exists (
            select from message o where o.workspace_id = m.workspace_id
              and o.channel_id = m.channel_id and o.external_id = t.external_id
          ) then t.external_id end)
        from ${bulkTable('t', columns)}
        where m.workspace_id = ${actor.workspaceId} and m.id = t.id`,
  );
}
