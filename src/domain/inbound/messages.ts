import type { MessageItem } from '../../connectors/kit/item';
import type { NewEvent } from '../../events/registry';
import { ingestItems } from '../ingest/ingest';
import type { Author, Ingested, InboundItem } from '../ingest/item';
import type { Work } from '../kit/command';
import { MOST_ATTACHMENTS } from '../message/attachments';
import { forwardStatuses } from '../message/forward-status';
import type { ItemChannel } from './apply-items';
import type { ToldVersions } from './apply-news';
import { addFiles } from './attachments';
import { moveBack } from './earlier-times';
import { findEchoes } from './echoes';
import { nameOf } from './news';
import { refOf } from './people';
import { underWatermarks } from './watermarks';

/**
 * Takes in messages: the customers and conversations that they name, and their files. An echo of a
 * message of ours is none of its own.
 * @param posts UUIDs of the posts that they name, by external id.
 * @returns the names under which something is known now that was not before.
 */
export async function applyMessages(
  work: Work,
  channel: ItemChannel,
  items: readonly MessageItem[],
  posts: ReadonlyMap<string, { id: string }>,
  told: ToldVersions,
  events: NewEvent[],
): Promise<string[]> {
  if (items.length === 0) return [];
  const echoes = await findEchoes(work, channel, items);
  events.push(...(await forwardStatuses(work, echoes)));
  const { ingested, events: made } = await ingestItems(
    work,
    items.map((item) => ingestItemOf(channel, item, posts)),
  );
  events.push(...made);
  events.push(...(await moveBack(work, items, ingested)));
  const outcomes = items.map((item, index) => ({ item, ...ingested[index]! }));
  const created = outcomes.filter(({ outcome }) => outcome === 'CREATED');
  await addFiles(
    work,
    created.flatMap(({ item: { attachments = [] }, messageId }) =>
      attachments.slice(0, MOST_ATTACHMENTS).map((file) => ({ messageId, file })),
    ),
  );
  tellVersions(outcomes, told);
  const sent = [...created.filter(({ item }) => item.direction === 'OUTBOUND'), ...echoes].map(
    ({ messageId }) => messageId,
  );
  events.push(...(await forwardStatuses(work, await underWatermarks(work, sent))));
  return [
    ...created.flatMap(({ item: { externalId, clientKey, threadKey } }) => [
      nameOf({ externalId }),
      nameOf({ threadKey }),
      ...(clientKey ? [nameOf({ clientKey })] : []),
    ]),
    ...echoes.map(({ externalId }) => nameOf({ externalId: externalId! })),
  ];
}

/** What messages that were here already, or come twice in the batch, say of their earlier texts. */
function tellVersions(
  outcomes: readonly (Ingested & { item: MessageItem })[],
  told: ToldVersions,
): void {
  for (const { item, outcome, messageId, conversationId } of outcomes) {
    if (outcome === 'CREATED') continue;
    const versions = [{ body: item.body, at: item.editedAt ?? null }];
    told.messages.push({ messageId, conversationId, versions, deletedAt: null });
  }
}

function ingestItemOf(
  channel: ItemChannel,
  item: MessageItem,
  posts: ReadonlyMap<string, { id: string }>,
): InboundItem {
  const { author, customer, direction, sentAt } = item;
  const writer = author && 'externalId' in author ? author : null;
  const named = customer ?? (direction === 'INBOUND' ? writer : null);
  return {
    channelId: channel.id,
    carrierId: channel.carriedBy?.id ?? null,
    threadKey: item.threadKey,
    externalId: item.externalId,
    namesake: item.namesake,
    orderKey: item.orderKey ?? 0n,
    direction,
    author: authorOf(channel, item),
    customer: named && refOf(channel, named, sentAt),
    replyTo: item.replyTo ? { externalId: item.replyTo } : null,
    relatedTo: item.relatedTo,
    isWithCustomer: item.isWithCustomer,
    sentAt,
    body: item.body,
    visibility: item.visibility ?? channel.visibility,
    subject: item.subject,
    postId: item.post && posts.get(item.post.externalId)?.id,
    content: item.content,
    editedAt: item.editedAt,
    status: direction === 'OUTBOUND' ? 'SENT' : null,
    clientKey: direction === 'OUTBOUND' ? item.clientKey : null,
    platform: item.platform,
    conversationPlatform: item.conversationPlatform,
    answers: item.answers,
    isAutomatic: item.isAutomatic,
  };
}

/** Who wrote it: of the company's own the name that spoke, of a customer's who they are. */
function authorOf(
  channel: ItemChannel,
  { author, customer, direction, sentAt }: MessageItem,
): Author {
  if (author && 'name' in author) return { name: author.name };
  if (direction === 'INBOUND') {
    const writer = author ?? customer;
    return writer ? { identity: refOf(channel, writer, sentAt) } : { name: channel.name };
  }
  return { name: author?.displayName ?? author?.handle ?? channel.name };
}
