import { z } from 'zod';
import { parseAtUri, postCollection } from './at-uri';
import { strongRef, type Post, type StrongRef } from './lexicon';

/** A file in a record, by the name of its content. */
export interface Blob {
  cid: string;
  contentType: string | null;
  byteSize: number | null;
}

export interface Picture {
  blob: Blob;
  alt: string;
  aspectRatio: { width: number; height: number } | null;
}

/** What a post embeds. */
export interface Embedded {
  pictures: Picture[];
  video: Picture | null;
  /** A page that it shows a card of. */
  page: { uri: string; title: string | null } | null;
  /** The post that it quotes. */
  quote: StrongRef | null;
  /** The network's word for what is none of these. */
  unknown: string | null;
}

const blob = z.union([
  z
    .looseObject({
      ref: z.looseObject({ $link: z.string() }),
      mimeType: z.string().optional(),
      size: z.number().optional(),
    })
    .transform(({ ref, mimeType, size }) => blobOf(ref.$link, mimeType, size)),
  // from before 2023
  z
    .looseObject({ cid: z.string(), mimeType: z.string().optional() })
    .transform(({ cid, mimeType }) => blobOf(cid, mimeType)),
]);

const about = {
  alt: z.string().default(''),
  aspectRatio: z
    .object({ width: z.number(), height: z.number() })
    .nullable()
    .default(null)
    .catch(null),
};

const shapes = {
  'app.bsky.embed.images': z
    .looseObject({ images: z.array(z.looseObject({ image: blob, ...about })) })
    .transform(({ images }) => ({
      pictures: images.map(({ image, alt, aspectRatio }) => ({ blob: image, alt, aspectRatio })),
    })),
  'app.bsky.embed.video': z
    .looseObject({ video: blob, ...about })
    .transform(({ video, alt, aspectRatio }) => ({ video: { blob: video, alt, aspectRatio } })),
  'app.bsky.embed.external': z
    .looseObject({ external: z.looseObject({ uri: z.string(), title: z.string().optional() }) })
    .transform(({ external }) => ({
      page: { uri: external.uri, title: external.title || null },
    })),
  'app.bsky.embed.record': z
    .looseObject({ record: strongRef })
    .transform(({ record }) => quoteOf(record)),
} as const;

const withMedia = z.looseObject({
  record: z.looseObject({ record: strongRef }),
  media: z.looseObject({ $type: z.string() }),
});

const nothing: Embedded = { pictures: [], video: null, page: null, quote: null, unknown: null };

export function embeddedIn(record: Post): Embedded {
  return record.embed ? read(record.embed) : nothing;
}

function read(embed: { $type: string }): Embedded {
  if (embed.$type === 'app.bsky.embed.recordWithMedia') {
    const both = withMedia.safeParse(embed);
    if (both.success) return { ...read(both.data.media), ...quoteOf(both.data.record.record) };
  } else if (Object.hasOwn(shapes, embed.$type)) {
    const parsed = shapes[embed.$type as keyof typeof shapes].safeParse(embed);
    if (parsed.success) return { ...nothing, ...parsed.data };
  }
  return { ...nothing, unknown: embed.$type };
}

/** Feeds, lists and starter packs are embedded the same way as posts. */
function quoteOf({ uri, cid }: StrongRef): Partial<Embedded> {
  const collection = parseAtUri(uri)?.collection;
  if (collection === postCollection) return { quote: { uri, cid } };
  return { unknown: collection ?? 'app.bsky.embed.record' };
}

function blobOf(cid: string, contentType?: string, byteSize?: number): Blob {
  return { cid, contentType: contentType ?? null, byteSize: byteSize ?? null };
}
