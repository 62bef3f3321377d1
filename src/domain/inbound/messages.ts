import type { MessageItem, Party } from '../../connectors/kit/item';
import type { NewEvent } from '../../events/registry';
import { ingestItems } from '../ingest/ingest';
import type { Author, IdentityRef, InboundItem } from '../ingest/item';
import type { Work } from '../kit/command';
import { MOST_ATTACHMENTS } from '../message/attachments';
import { reviseMessage } from '../message/revise-message';
import type { ItemChannel } from './apply-items';
import { addFiles } from './attachments';
import { resolvePosts } from './posts';

/** Takes in messages: the customers, conversations and posts that they name, and their files. */
export async function applyMessages(
  work: Work,
  channel: ItemChannel,
  items: readonly MessageItem[],
): Promise<NewEvent[]> {
  if (items.length === 0) return [];
  const posts = await resolvePosts(
    work,
    channel.id,
    items.flatMap(({ post }) => post ?? []),
  );
  const { ingested, events } = await ingestItems(
    work,
    items.map((item) => ingestItemOf(channel, item, posts)),
  );
  const files = items.flatMap(({ attachments = [] }, index) => {
    const { outcome, messageId } = ingested[index]!;
    if (outcome !== 'CREATED') return [];
    return attachments.slice(0, MOST_ATTACHMENTS).map((file) => ({ messageId, file }));
  });
  await addFiles(work, files);
  for (const [index, { editedAt, body }] of items.entries()) {
    const { outcome, ...place } = ingested[index]!;
    if (!editedAt || outcome === 'CREATED') continue;
    events.push(...(await reviseMessage(work, place, { body, editedAt, deletedAt: null })));
  }
  return events;
}

function ingestItemOf(
  channel: ItemChannel,
  item: MessageItem,
  posts: ReadonlyMap<string, string>,
): InboundItem {
  const { author, customer, direction, sentAt } = item;
  const writer = author && 'externalId' in author ? author : null;
  const named = customer ?? (direction === 'INBOUND' ? writer : null);
  return {
    channelId: channel.id,
    threadKey: item.threadKey,
    relatedTo: item.relatedTo,
    externalId: item.externalId,
    orderKey: item.orderKey ?? 0n,
    direction,
    author: authorOf(channel, item),
    customer: named && refOf(channel, named, sentAt),
    replyTo: item.replyTo ? { externalId: item.replyTo } : null,
    sentAt: item.sentAt,
    body: item.body,
    visibility: item.visibility ?? channel.visibility,
    subject: item.subject,
    postId: item.post && posts.get(item.post.externalId),
    content: item.content,
    editedAt: item.editedAt,
    clientKey: item.clientKey,
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

/** A party as one of the channel's identities. */
export function refOf(channel: ItemChannel, party: Party, toldAt: Date): IdentityRef {
  return {
    channelKind: channel.kind,
    scope: channel.identityScope,
    externalId: party.externalId,
    handle: party.handle,
    displayName: party.displayName,
    aliases: party.aliases,
    email: party.email?.toLowerCase(),
    phone: party.phone,
    profile: party.profile,
    toldAt,
  };
}
