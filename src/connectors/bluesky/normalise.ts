import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import type { InboundItem, InboundPost, MessageItem, Party } from '../kit/item';
import { ownerOf, parseAtUri, webUrlOf } from './at-uri';
import { attachmentsOf, contentOf } from './content';
import { decodeDelivery, type Ancestor, type Delivered } from './delivery';
import { post, type Notification, type Post, type Profile, type StrongRef } from './lexicon';
import { partyOf } from './parties';
import { headOf } from './thread';
import { timeOfTid } from './tid';

type Of<T extends Delivered['type']> = Extract<Delivered, { type: T }>;

export function normalise(delivery: RawDelivery, channel: ConnectedChannel): InboundItem[] {
  const it = decodeDelivery(delivery.body);
  const company = channel.externalId;
  switch (it.type) {
    case 'notification':
      return notificationItems(it, company);
    case 'own':
      return talkItems([...it.ancestors.map(seen), seenOwn(it)], company);
    case 'edited':
      return editItems(it);
    case 'gone':
      // posts by their own names, and likes, reposts and follows by theirs
      return [{ type: 'deletion', externalId: it.uri, deletedAt: new Date(it.seenAt) }];
  }
}

function notificationItems(it: Of<'notification'>, company: string): InboundItem[] {
  const { notification } = it;
  const party = partyOf({ ...notification.author, ...it.profile });
  switch (notification.reason) {
    case 'mention':
    case 'reply':
    case 'quote':
      return talkItems([...it.ancestors.map(seen), seenNotified(it)], company);
    case 'like':
    case 'repost':
      return notification.reasonSubject === undefined ? [] : [reactionItem(notification, party)];
    case 'follow':
    case 'like-via-repost':
    case 'repost-via-repost':
    case 'starterpack-joined':
      return [momentItem(notification, party)];
    default:
      return [];
  }
}

/** A post in its place of a chain. */
interface Seen {
  uri: string;
  cid: string | null;
  record: Post | null;
  author: Profile | null;
  indexedAt: string | null;
}

/** The messages of a chain from where the exchange with the company begins, or else a post. */
function talkItems(chain: readonly Seen[], company: string): InboundItem[] {
  const head = headOf(chain, company);
  const last = chain.at(-1)!;
  if (head < 0) return last.record ? [{ type: 'post', post: postOf(last, company) }] : [];
  const first = chain[head]!;
  const customer = first.author ? partyOf(first.author) : bareParty(first.uri);
  // what stands above the exchange: what the company said, or else where the talk began
  const above = chain[head - 1];
  const root = above && ownerOf(above.uri) === company ? above : head > 0 ? chain[0]! : null;
  return chain.slice(head).flatMap((link) => {
    if (!link.record) return [];
    const shared = { threadKey: first.uri, customer, post: root && postOf(root, company) };
    return [{ ...messageOf(link, link.record, company), ...shared }];
  });
}

function messageOf(link: Seen, record: Post, company: string): MessageItem {
  const did = ownerOf(link.uri)!;
  const isOwn = did === company;
  return {
    type: 'message',
    threadKey: link.uri,
    externalId: link.uri,
    direction: isOwn ? 'OUTBOUND' : 'INBOUND',
    author: isOwn ? null : link.author ? partyOf(link.author) : bareParty(link.uri),
    sentAt: timeOf(link, company),
    body: record.text,
    replyTo: record.reply?.parent.uri ?? null,
    visibility: 'PUBLIC',
    attachments: attachmentsOf(record, did),
    content: contentOf(record),
    platform: platformOf(link, record),
  };
}

function postOf(link: Seen, company: string): InboundPost {
  const { uri, record, author } = link;
  return {
    externalId: uri,
    publishedAt: timeOf(link, company),
    url: webUrlOf(uri),
    authorName: ownerOf(uri) === company ? null : (author?.displayName?.trim() ?? author?.handle),
    ...(record && { body: record.text, platform: platformOf(link, record) }),
  };
}

/** What answering takes: each reply names its parent and the root, with the hash of both. */
function platformOf({ cid }: Seen, record: Post): Record<string, unknown> {
  const { reply } = record;
  return { cid, ...(reply && { root: bare(reply.root), parent: bare(reply.parent) }) };
}

function bare({ uri, cid }: StrongRef): StrongRef {
  return { uri, cid };
}

/**
 * When it was posted. The author's app says so and may say anything, so that others count from when
 * the network saw them if that was before; the company's own are taken at their word, because their
 * server does not say more.
 */
function timeOf({ uri, record, indexedAt }: Seen, company: string): Date {
  const said = record ? new Date(record.createdAt) : null;
  const times = [
    said,
    ownerOf(uri) !== company && indexedAt !== null ? new Date(indexedAt) : null,
  ].filter((time) => time !== null && !Number.isNaN(time.getTime())) as Date[];
  if (times.length > 0) return new Date(Math.min(...times.map((time) => time.getTime())));
  return timeOfTid(parseAtUri(uri)?.rkey ?? '') ?? new Date(0);
}

function reactionItem(notification: Notification, actor: Party): InboundItem {
  const { uri, reason, reasonSubject, indexedAt } = notification;
  return {
    type: 'reaction',
    externalId: reasonSubject!,
    actor,
    reaction: reason,
    removed: false,
    at: new Date(indexedAt),
    reactionId: uri,
  };
}

function momentItem(notification: Notification, party: Party): InboundItem {
  const { uri, reason, reasonSubject, indexedAt } = notification;
  return {
    type: 'touchpoint',
    party,
    touchpoint: moments[reason]!,
    externalId: uri,
    occurredAt: new Date(indexedAt),
    ...(reasonSubject !== undefined && { properties: { subject: reasonSubject } }),
  };
}

const moments: Readonly<Record<string, string>> = {
  follow: 'follow',
  'like-via-repost': 'repost_liked',
  'repost-via-repost': 'repost_reposted',
  'starterpack-joined': 'starter_pack_joined',
};

function editItems({ uri, record, seenAt }: Of<'edited'>): InboundItem[] {
  const edited = post.safeParse(record);
  if (!edited.success) return [];
  return [{ type: 'edit', externalId: uri, body: edited.data.text, editedAt: new Date(seenAt) }];
}

/** Somebody of whom only the id is known. */
function bareParty(uri: string): Party {
  return { externalId: ownerOf(uri) ?? uri };
}

function seen({ uri, view }: Ancestor): Seen {
  if (!view) return { uri, cid: null, record: null, author: null, indexedAt: null };
  const { cid, author, indexedAt } = view;
  return { uri, cid, record: readPost(view.record), author, indexedAt };
}

function seenNotified({ notification, profile }: Of<'notification'>): Seen {
  const { uri, cid, indexedAt } = notification;
  const author = { ...notification.author, ...profile };
  return { uri, cid, record: readPost(notification.record), author, indexedAt };
}

function seenOwn({ own: { uri, cid, value } }: Of<'own'>): Seen {
  return { uri, cid, record: readPost(value), author: null, indexedAt: null };
}

function readPost(record: unknown): Post | null {
  return post.safeParse(record).data ?? null;
}
