import {
  bareOf,
  fieldsOf,
  idOf,
  listOf,
  momentOf,
  numberOf,
  textOf,
  writtenOf,
  type Fields,
} from './fields';
import { momentInId, orderOfId, secondOfId } from './ids';
import { mediumOf, type Medium } from './media';

/** Somebody who is named in a text. */
export interface Mention {
  id: string | null;
  handle: string | null;
  /** Where it begins. */
  start: number;
}

/** A post as either API tells of it. */
export interface Post {
  id: string;
  /** All its ids, the first one in front: each edit gives it another. */
  versions: readonly string[];
  text: string;
  authorId: string | null;
  authorHandle: string | null;
  createdAt: Date | null;
  /** The post that the whole tree hangs from; null where that is not told. */
  rootId: string | null;
  answers: { id: string; authorId: string | null } | null;
  quotedId: string | null;
  repostedId: string | null;
  mentions: readonly Mention[];
  /** Where the text begins after the names that X puts in front of an answer. */
  textStart: number;
  entities: Fields | null;
  media: readonly Medium[];
  /** What else there is: language, place, poll and the like. */
  extras: Fields;
}

/** What stands beside posts in the same delivery. */
export interface Beside {
  /** Media by their keys. */
  media: ReadonlyMap<string, Fields>;
  /** Places and polls by their ids. */
  others: ReadonlyMap<string, Fields>;
}

/** Reads a post of the second API; null for what is none. */
export function readPost(value: unknown, beside: Beside): Post | null {
  const fields = bareOf(value);
  const id = idOf(fields, 'id');
  const long = fieldsOf(fields?.note_tweet) ?? fieldsOf(fields?.note_post);
  const text = long?.text ?? fields?.text;
  if (!fields || id === null || typeof text !== 'string') return null;
  const entities = fieldsOf(long?.entities) ?? fieldsOf(fields.entities);
  const references = [...listOf(fields.referenced_tweets), ...listOf(fields.referenced_posts)];
  const reference = (type: string) => idOf(references.find((it) => it.type === type) ?? null, 'id');
  const answersId = reference('replied_to') ?? idOf(fields, 'in_reply_to_tweet_id');
  return {
    id,
    versions: versionsOf(id, fields.edit_history_tweet_ids ?? fields.edit_history_post_ids),
    text: writtenOf(text),
    authorId: idOf(fields, 'author_id'),
    authorHandle: textOf(fields.username),
    createdAt: momentOf(fields.created_at),
    rootId: idOf(fields, 'conversation_id') ?? (answersId === null ? id : null),
    answers:
      answersId === null ? null : { id: answersId, authorId: idOf(fields, 'in_reply_to_user_id') },
    quotedId: reference('quoted'),
    repostedId: reference('retweeted'),
    mentions: listOf(entities?.mentions).map((it) => ({
      ...{ id: idOf(it, 'id'), handle: textOf(it.username), start: numberOf(it.start) ?? 0 },
    })),
    textStart: startOf(fields.display_text_range),
    entities,
    media: keysOf(fieldsOf(fields.attachments)).map((key) =>
      mediumOf(beside.media.get(key) ?? { media_key: key }),
    ),
    extras: extrasOf(fields, beside),
  };
}

/** In the order of time, which is the order of the ids. */
function versionsOf(id: string, history: unknown): string[] {
  const known = Array.isArray(history) ? history.filter((it) => typeof it === 'string') : [];
  return [...new Set([...known, id])].sort((a, b) => (orderOfId(a) < orderOfId(b) ? -1 : 1));
}

function keysOf(attachments: Fields | null): string[] {
  const keys = attachments?.media_keys;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
}

export function startOf(range: unknown): number {
  return (Array.isArray(range) ? numberOf(range[0]) : undefined) ?? 0;
}

function extrasOf(fields: Fields, { others }: Beside): Fields {
  const geo = fieldsOf(fields.geo);
  const pollIds = fieldsOf(fields.attachments)?.poll_ids;
  const pollId = Array.isArray(pollIds) ? textOf(pollIds[0]) : null;
  const point = fieldsOf(geo?.coordinates)?.coordinates;
  return {
    lang: fields.lang,
    isSensitive: fields.possibly_sensitive === true,
    point,
    place: others.get(textOf(geo?.place_id) ?? '') ?? null,
    poll: pollId === null ? null : (others.get(pollId) ?? { id: pollId }),
    replySettings: fields.reply_settings,
  };
}

/** The id by which a post is known, whichever version of it is named. */
export function firstIdOf({ versions }: Post): string {
  return versions[0]!;
}

/** When it was posted, whichever version it is. */
export function postedAt(post: Post, otherwise: Date): Date {
  const { versions, createdAt } = post;
  const first = versions.length > 1 ? secondOfId(firstIdOf(post)) : null;
  return first ?? createdAt ?? secondOfId(firstIdOf(post)) ?? otherwise;
}

/** When it was edited; null where it stands as it was posted. The same each time it is told. */
export function editedAt({ id, versions, createdAt }: Post): Date | null {
  return id === versions[0] ? null : (secondOfId(id) ?? createdAt ?? momentInId(id));
}
