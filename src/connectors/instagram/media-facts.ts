import type { InboundPost, LookUpItem } from '../kit/item';
import { idIn, momentIn, textIn, type Values } from '../meta/values';

/** What is asked of a post that people comment on. */
export const MEDIA_FIELDS =
  'id,caption,permalink,timestamp,media_type,media_product_type,media_url,username';

export function lookUpMedia(mediaId: string): LookUpItem {
  return { type: 'lookUp', key: `media:${mediaId}`, about: { kind: 'media', mediaId } };
}

/** A post as the API tells it; null where it says too little. */
export function postOf(media: Values): InboundPost | null {
  const [externalId, publishedAt] = [idIn(media, 'id'), momentIn(media, 'timestamp')];
  if (externalId === null || publishedAt === null) return null;
  const kind = textIn(media, 'media_product_type');
  const type = textIn(media, 'media_type');
  const mediaUrl = textIn(media, 'media_url');
  return {
    ...{ externalId, publishedAt },
    body: textIn(media, 'caption') ?? '',
    url: textIn(media, 'permalink'),
    authorName: textIn(media, 'username'),
    platform: {
      ...(kind && { kind }),
      ...(type && { mediaType: type }),
      ...(mediaUrl && { mediaUrl }),
    },
  };
}
