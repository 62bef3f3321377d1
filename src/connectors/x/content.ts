import type { MessageContent } from '../kit/item';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from './fields';
import { webUrlOf } from './ids';
import { describedMedia, type Medium } from './media';
import type { Post } from './post';

/** X's words for texts without a language. */
const noLanguage = new Set(['und', 'zxx', 'qam', 'qct', 'qht', 'qme', 'qst', 'art']);

/**
 * What a post holds beside its text. The text is kept to the letter, short links and all; where those
 * lead stands in `links`, and where in the text everything is in `entities`.
 */
export function contentOfPost(post: Post, rules: readonly Fields[]): MessageContent | null {
  const { quotedId, extras } = post;
  const lang = textOf(extras.lang);
  const poll = fieldsOf(extras.poll);
  const location = locationOf(extras);
  return filled({
    ...partsOf(post.entities, post.media),
    ...(quotedId !== null && { share: { externalId: quotedId, url: webUrlOf(quotedId) } }),
    ...(lang !== null && !noLanguage.has(lang) && { languages: [lang] }),
    ...(location && { location }),
    ...(poll && { poll }),
    ...(extras.isSensitive === true && { isSensitive: true }),
    ...(rules.length > 0 && { matchedRules: rules.map(({ id, tag }) => ({ id, tag })) }),
  });
}

/** Links, entities and descriptions of files, of posts and direct messages alike. */
export function partsOf(entities: Fields | null, media: readonly Medium[]): MessageContent {
  const links = listOf(entities?.urls).flatMap((link) => linkOf(link) ?? []);
  const kept = Object.entries(entities ?? {}).filter(
    ([name, value]) => name !== 'media' && Array.isArray(value) && value.length > 0,
  );
  const described = describedMedia(media);
  return {
    ...(kept.length > 0 && { entities: Object.fromEntries(kept) }),
    ...(links.length > 0 && { links }),
    ...(described && { media: described }),
  };
}

export function filled(content: MessageContent): MessageContent | null {
  return Object.keys(content).length > 0 ? content : null;
}

function linkOf(link: Fields): Record<string, unknown> | null {
  const url = textOf(link.url);
  const expanded = textOf(link.unwound_url) ?? textOf(link.expanded_url) ?? textOf(link.expanded);
  if (url === null || expanded === null) return null;
  const display = textOf(link.display_url);
  const title = textOf(link.title);
  return {
    ...{ url, expandedUrl: expanded },
    ...(display !== null && { displayUrl: display }),
    ...(title !== null && { title }),
  };
}

function locationOf({ point, place }: Fields): MessageContent['location'] | null {
  const about = fieldsOf(place);
  const exact = pointOf(point) ?? middleOf(about);
  if (!exact) return null;
  const name = textOf(about?.full_name) ?? textOf(about?.name);
  return { ...exact, ...(name !== null && { name }) };
}

/** Longitude comes first. */
export function pointOf(point: unknown): { latitude: number; longitude: number } | null {
  if (!Array.isArray(point)) return null;
  const [longitude, latitude] = point.map(numberOf);
  return longitude === undefined || latitude === undefined ? null : { latitude, longitude };
}

/** Of a place only its borders are told: west, south, east, north; or as a ring of corners. */
function middleOf(place: Fields | null): { latitude: number; longitude: number } | null {
  const box = fieldsOf(place?.geo)?.bbox;
  const ring = fieldsOf(place?.bounding_box)?.coordinates;
  const corners: unknown[] = Array.isArray(box)
    ? [box.slice(0, 2), box.slice(2, 4)]
    : Array.isArray(ring) && Array.isArray(ring[0])
      ? (ring[0] as unknown[])
      : [];
  const points = corners.flatMap((corner) => pointOf(corner) ?? []);
  if (points.length === 0) return null;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    latitude: mean(points.map(({ latitude }) => latitude)),
    longitude: mean(points.map(({ longitude }) => longitude)),
  };
}
