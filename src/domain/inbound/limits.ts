import { createHash } from 'node:crypto';
import type {
  InboundItem,
  InboundPost,
  MessageItem,
  Party,
  ReceiptItem,
} from '../../connectors/kit/item';
import { MOST_ATTACHMENTS } from '../message/attachments';

/** Longest text of a message or post, in characters: a megabyte of plain mail fits. */
export const LONGEST_INBOUND_BODY = 1_048_576;

/** Longest name by the platform, in bytes: PostgreSQL takes no index entry of more than 2,704. */
const LONGEST_NAME = 1_500;

const LONGEST_LINE = 200;

/**
 * An item as it can be kept, whatever the platform sends. Content says how long a text that is cut was,
 * and how many files there were where some are left out;
 * a name that is too long keeps its beginning and gets a digest, so that it stays a name of its own.
 */
export function withinLimits(item: InboundItem): InboundItem {
  switch (item.type) {
    case 'message':
      return limitMessage(item);
    case 'edit':
      return { ...item, externalId: named(item.externalId), body: cut(item.body) };
    case 'deletion':
    case 'hiding':
      return { ...item, externalId: named(item.externalId) };
    case 'reaction':
      return {
        ...item,
        externalId: named(item.externalId),
        actor: item.actor && limitParty(item.actor),
        reaction: item.reaction && line(item.reaction),
        reactionId: item.reactionId && named(item.reactionId),
      };
    case 'conversation':
      return { ...item, threadKey: named(item.threadKey) };
    case 'receipt':
      return { ...item, about: limitAbout(item.about) };
    case 'touchpoint':
      return {
        ...item,
        party: limitParty(item.party),
        touchpoint: item.touchpoint.slice(0, 50),
        externalId: named(item.externalId),
      };
    case 'party':
      return {
        ...item,
        party: limitParty(item.party),
        formerExternalId: item.formerExternalId && named(item.formerExternalId),
      };
    case 'post':
      return { ...item, post: limitPost(item.post) };
    case 'health':
    case 'template':
    case 'lookUp':
      return item;
  }
}

function limitMessage(item: MessageItem): MessageItem {
  const { author, customer, body, content, attachments = [] } = item;
  const left = {
    ...(body.length > LONGEST_INBOUND_BODY && { fullLength: body.length }),
    ...(attachments.length > MOST_ATTACHMENTS && { fileCount: attachments.length }),
  };
  return {
    ...item,
    threadKey: named(item.threadKey),
    externalId: named(item.externalId),
    author: author && ('name' in author ? { name: line(author.name) } : limitParty(author)),
    customer: customer && limitParty(customer),
    body: cut(body),
    replyTo: item.replyTo && named(item.replyTo),
    relatedTo: item.relatedTo?.map(named),
    clientKey: item.clientKey && named(item.clientKey),
    subject: item.subject && item.subject.slice(0, 500).toWellFormed(),
    post: item.post && limitPost(item.post),
    content: Object.keys(left).length > 0 ? { ...content, ...left } : content,
    attachments: attachments.map((file) => ({
      ...file,
      fileName: file.fileName && file.fileName.slice(-255).toWellFormed(),
      contentType: file.contentType && file.contentType.slice(0, 255).toWellFormed(),
      externalId: file.externalId && file.externalId.slice(0, 4_000),
    })),
  };
}

function limitParty(party: Party): Party {
  return {
    ...party,
    externalId: named(party.externalId),
    handle: party.handle && line(party.handle),
    displayName: party.displayName && line(party.displayName),
    aliases: party.aliases?.map(named),
    email: party.email && party.email.length <= 254 ? party.email : null,
    phone: party.phone && party.phone.length <= 32 ? party.phone : null,
  };
}

function limitPost(post: InboundPost): InboundPost {
  return {
    ...post,
    externalId: named(post.externalId),
    body: post.body && cut(post.body),
    authorName: post.authorName && line(post.authorName),
  };
}

function limitAbout(about: ReceiptItem['about']): ReceiptItem['about'] {
  if ('clientKey' in about) {
    const { clientKey, externalId } = about;
    return {
      clientKey: named(clientKey),
      ...(externalId !== undefined && { externalId: named(externalId) }),
    };
  }
  if ('externalId' in about) return { externalId: named(about.externalId) };
  return { threadKey: named(about.threadKey) };
}

function cut(text: string): string {
  return text.length > LONGEST_INBOUND_BODY
    ? text.slice(0, LONGEST_INBOUND_BODY).replace(/[\ud800-\udbff]$/, '')
    : text;
}

function line(text: string): string {
  return text.length > LONGEST_LINE
    ? `${text.slice(0, LONGEST_LINE - 1).replace(/[\ud800-\udbff]$/, '')}…`
    : text;
}

function named(name: string): string {
  // most are short enough whatever their letters are
  if (name.length <= LONGEST_NAME / 3 || Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const digest = createHash('sha256').update(name).digest('hex');
  return `${name.slice(0, 400).replace(/[\ud800-\udbff]$/, '')}…${digest}`;
}
