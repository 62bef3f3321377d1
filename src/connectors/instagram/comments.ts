import type { InboundItem, InboundPost, MessageContent, Party } from '../kit/item';
import { idIn, momentIn, textIn, valuesIn, type Values } from '../meta/values';
import { lookUpMedia } from './media-facts';

/** Where a comment was found. */
export interface CommentPlace {
  /** The ids of the account itself. */
  accounts: ReadonlySet<string>;
  /** When it was told. */
  at: Date;
  isLive: boolean;
}

/**
 * A comment on a post, reel or live video. One conversation is a top-level comment with all below it,
 * which each comment names: so they come to the same in any order.
 */
export function readComment(value: Values, place: CommentPlace): InboundItem[] {
  const externalId = idIn(value, 'id') ?? idIn(value, 'comment_id');
  if (externalId === null) return [];
  const author = authorOf(value);
  const isOurs = author !== null && place.accounts.has(author.externalId);
  const parentId = idIn(value, 'parent_id');
  const topLevelId = parentId ?? externalId;
  const sentAt = momentIn(value, 'created_time') ?? momentIn(value, 'timestamp') ?? place.at;
  const media = valuesIn(value, 'media');
  const mediaId = idIn(media, 'id') ?? idIn(value, 'media_id');
  const content = adOf(media);
  const conversation = {
    topLevelId,
    ...(mediaId && { mediaId }),
    ...(place.isLive && { isLive: true }),
  };
  const customer = isOurs ? null : author;
  return [
    {
      type: 'message',
      ...{ threadKey: topLevelId, externalId },
      direction: isOurs ? 'OUTBOUND' : 'INBOUND',
      author: isOurs ? { name: author.handle ?? author.externalId } : author,
      ...{ customer, sentAt, visibility: 'PUBLIC' },
      body: textIn(value, 'text') ?? '',
      replyTo: parentId,
      post: mediaId ? postOf(mediaId, media, sentAt) : null,
      ...(content && { content }),
      platform: { topLevelId },
      conversationPlatform: conversation,
    },
    ...(mediaId ? [lookUpMedia(mediaId)] : []),
  ];
}

function authorOf(value: Values): Party | null {
  const from = valuesIn(value, 'from');
  const externalId = idIn(from, 'id');
  if (externalId === null) return null;
  const scoped = idIn(from, 'self_ig_scoped_id');
  return {
    externalId,
    handle: textIn(from, 'username') ?? textIn(value, 'username'),
    ...(scoped && scoped !== externalId && { aliases: [scoped] }),
  };
}

/** What is known of the post by a comment on it; a look-up tells the rest. */
function postOf(externalId: string, media: Values, sentAt: Date): InboundPost {
  const kind = textIn(media, 'media_product_type');
  const original = idIn(media, 'original_media_id');
  return {
    externalId,
    // not after its first comment
    publishedAt: sentAt,
    platform: { ...(kind && { kind }), ...(original && { originalMediaId: original }) },
  };
}

/** The ad that was commented on. */
function adOf(media: Values): MessageContent | null {
  const [adId, adTitle] = [idIn(media, 'ad_id'), textIn(media, 'ad_title')];
  if (!adId && !adTitle) return null;
  const original = idIn(media, 'original_media_id');
  return {
    referral: {
      source: 'ADS',
      ...(adId && { adId }),
      ...(adTitle && { adTitle }),
      ...(original && { postId: original }),
    },
  };
}
