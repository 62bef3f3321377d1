import type { InboundAttachment } from '../kit/item';
import { fieldsOf, idOf, listOf, numberOf, textOf, type Fields } from './fields';

/** A picture or film in a post or message. */
export interface Medium {
  key: string | null;
  /** `photo`, `video` or `animated_gif`. */
  type: string | null;
  /** The file itself, where X names it. */
  url: string | null;
  contentType: string | null;
  altText: string | null;
  width?: number;
  height?: number;
  durationMs?: number;
}

/** As the second API tells of it. */
export function mediumOf(fields: Fields): Medium {
  const film = bestFilm(listOf(fields.variants), 'bit_rate');
  const url = textOf(fields.url) ?? film?.url ?? textOf(fields.preview_image_url);
  return {
    key: textOf(fields.media_key),
    type: textOf(fields.type),
    url,
    contentType: film && !fields.url ? film.contentType : imageTypeOf(url),
    altText: textOf(fields.alt_text),
    ...sizeOf(numberOf(fields.width), numberOf(fields.height), numberOf(fields.duration_ms)),
  };
}

/** As the first API tells of it. */
export function oldMediumOf(fields: Fields): Medium {
  const about = fieldsOf(fields.video_info);
  const film = bestFilm(listOf(about?.variants), 'bitrate');
  const url = film?.url ?? textOf(fields.media_url_https) ?? textOf(fields.media_url);
  const large = fieldsOf(fieldsOf(fields.sizes)?.large);
  const [width, height] = Array.isArray(fields.original_info) ? [] : (originalOf(fields) ?? []);
  return {
    key: textOf(fields.media_key) ?? idOf(fields, 'id'),
    type: textOf(fields.type),
    url,
    contentType: film ? film.contentType : imageTypeOf(url),
    altText: textOf(fields.ext_alt_text),
    ...sizeOf(
      width ?? numberOf(large?.w),
      height ?? numberOf(large?.h),
      numberOf(about?.duration_millis),
    ),
  };
}

function originalOf(fields: Fields): [number | undefined, number | undefined] | null {
  const original = fieldsOf(fields.original_info);
  return original && [numberOf(original.width), numberOf(original.height)];
}

function sizeOf(width?: number, height?: number, durationMs?: number) {
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(durationMs !== undefined && { durationMs }),
  };
}

/** The best of the files that are a film as a whole, not a list of parts. */
function bestFilm(variants: readonly Fields[], rate: 'bit_rate' | 'bitrate') {
  const films = variants
    .filter(({ content_type }) => textOf(content_type)?.startsWith('video/'))
    .sort((a, b) => (numberOf(b[rate]) ?? 0) - (numberOf(a[rate]) ?? 0));
  const [best] = films;
  const url = textOf(best?.url);
  return url === null ? null : { url, contentType: textOf(best!.content_type) };
}

const imageTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
};

function imageTypeOf(url: string | null): string | null {
  const ending = /(?:\.|[?&]format=)(jpe?g|png|gif|webp)(?=$|[?&:])/i.exec(url ?? '')?.[1];
  return ending === undefined ? null : imageTypes[ending.toLowerCase()]!;
}

export function attachmentOf({ key, url, contentType }: Medium): InboundAttachment {
  return {
    ...(contentType !== null && { contentType }),
    ...(url !== null && { url }),
    ...(key !== null && { externalId: key }),
  };
}

/** What is told of files beside where they are, in their order; null where it is nothing. */
export function describedMedia(media: readonly Medium[]): Record<string, unknown>[] | null {
  if (media.length === 0) return null;
  const described = media.map(({ type, altText, width, height, durationMs }) => ({
    ...(type !== null && { type }),
    ...(altText !== null && { altText }),
    ...sizeOf(width, height, durationMs),
  }));
  return described.some((one) => Object.keys(one).length > 0) ? described : null;
}
