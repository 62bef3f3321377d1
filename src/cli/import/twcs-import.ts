import { createChannel } from '../../domain/channel/create-channel';
import { ChannelKind } from '../../domain/channel/kinds';
import { ingestMessages } from '../../domain/ingest/ingest-messages';
import { ErrorCode } from '../../domain/kit/errors';
import type { IdentityRef, InboundItem } from '../../domain/ingest/item';
import { sql } from '../../db/sql';
import { refreshStatistics } from '../../db/statistics';
import { CommandRefused } from '../command-refused';
import type { CliSession } from '../session';
import { twcsItems, type TwcsItem } from './twcs/items';
import type { TwcsPlan } from './twcs/plan';
import type { OnReadProgress } from './twcs/reader';

/** Enough rows for one transaction to pay off, few enough to be done again after a kill. */
const BATCH = 1_000;

/** The channel of messages that no brand can be told for. */
const UNATTRIBUTED = '(unattributed)';

/** What an import wrote, and what was there already. */
export interface ImportResult {
  channels: number;
  created: number;
  unchanged: number;
}

/** Writes a planned archive through the ingest command. Running it again changes nothing. */
export async function importTwcs(
  session: CliSession,
  path: string,
  plan: TwcsPlan,
  onProgress: OnReadProgress,
): Promise<ImportResult> {
  const channels = await ensureChannels(session, plan.channels);
  const result: ImportResult = { channels: channels.size, created: 0, unchanged: 0 };
  let batch: InboundItem[] = [];
  let written = 0;
  let analyseAt = BATCH;
  const write = async () => {
    if (batch.length === 0) return;
    const { ingested } = await session.run(ingestMessages, { items: batch });
    for (const { outcome } of ingested) {
      if (outcome === 'CREATED') result.created += 1;
      else result.unchanged += 1;
    }
    written += batch.length;
    batch = [];
    if (written < analyseAt) return;
    await refreshStatistics(session.core.databaseUrl);
    analyseAt = written * 4;
  };
  for await (const item of twcsItems(path, plan, onProgress)) {
    const channel = item.channel ?? UNATTRIBUTED;
    if (!channels.has(channel)) channels.set(channel, await ensureChannel(session, channel));
    batch.push(inboundItem(item, channels));
    if (batch.length === BATCH) await write();
  }
  await write();
  result.channels = channels.size;
  return result;
}

async function ensureChannels(
  session: CliSession,
  handles: readonly string[],
): Promise<Map<string, string>> {
  const channels = new Map<string, string>();
  for (const handle of handles) channels.set(handle, await ensureChannel(session, handle));
  return channels;
}

async function ensureChannel(session: CliSession, handle: string): Promise<string> {
  const externalId = handle.toLowerCase();
  const known = await findChannel(session, externalId);
  if (known) return known;
  const input = {
    kind: ChannelKind.X,
    name: handle,
    externalId,
    identityScope: null,
    visibility: 'PUBLIC' as const,
  };
  try {
    return (await session.run(createChannel, { input })).channelId;
  } catch (error) {
    if (!(error instanceof CommandRefused) || !error.has(ErrorCode.CONFLICT)) throw error;
    // another import has made it at this moment
    const made = await findChannel(session, externalId);
    if (!made) throw error;
    return made;
  }
}

async function findChannel(
  { core, actor }: CliSession,
  externalId: string,
): Promise<string | undefined> {
  const [channel] = await core.sessions.objects<{ id: string }>(
    actor.workspaceId,
    sql`select id from channel
        where workspace_id = ${actor.workspaceId} and kind = ${ChannelKind.X}
          and external_id = ${externalId}`,
  );
  return channel?.id;
}

function inboundItem(item: TwcsItem, channels: ReadonlyMap<string, string>): InboundItem {
  const channelOf = (handle: string | null) => channels.get(handle ?? UNATTRIBUTED);
  const { direction, replyTo } = item;
  return {
    channelId: channelOf(item.channel)!,
    threadKey: item.threadKey,
    externalId: item.externalId,
    orderKey: item.orderKey,
    direction,
    author:
      direction === 'INBOUND' ? { identity: identityOf(item.authorId) } : { name: item.authorId },
    customer: item.customerAuthorId === null ? null : identityOf(item.customerAuthorId),
    replyTo: replyTo && { externalId: replyTo.externalId, channelId: channelOf(replyTo.channel) },
    sentAt: item.sentAt,
    body: item.text,
  };
}

/** Ids of authors hold for the whole of X, so their scope is empty. */
function identityOf(authorId: string): IdentityRef {
  return { channelKind: ChannelKind.X, scope: '', externalId: authorId, handle: authorId };
}
