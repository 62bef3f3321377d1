import {
  fieldsOf,
  idOf,
  listOf,
  momentOf,
  numberOf,
  textOf,
  writtenOf,
  type Fields,
} from './fields';
import { oldMediumOf } from './media';
import { startOf, type Post } from './post';

/** A post with those that it quotes, repeats or holds within itself. */
export interface OldPost {
  post: Post;
  within: readonly Fields[];
}

/** Reads a post as the first API tells of it (Account Activity); null for what is none. */
export function readOldPost(fields: Fields): OldPost | null {
  const id = idOf(fields, 'id');
  const long = fieldsOf(fields.extended_tweet);
  const text = long?.full_text ?? fields.full_text ?? fields.text;
  if (id === null || typeof text !== 'string') return null;
  const user = fieldsOf(fields.user);
  const entities = fieldsOf(long?.entities) ?? fieldsOf(fields.entities);
  const files = [long?.extended_entities, fields.extended_entities, entities]
    .map((part) => listOf(fieldsOf(part)?.media))
    .find((media) => media.length > 0);
  const answersId = idOf(fields, 'in_reply_to_status_id');
  const quoted = fieldsOf(fields.quoted_status);
  const reposted = fieldsOf(fields.retweeted_status);
  const post: Post = {
    id,
    versions: [id],
    text: writtenOf(text),
    authorId: idOf(user, 'id'),
    authorHandle: textOf(user?.screen_name),
    createdAt: momentOf(fields.created_at),
    // the root of an answer is not told
    rootId: idOf(fields, 'conversation_id') ?? (answersId === null ? id : null),
    answers:
      answersId === null ? null : { id: answersId, authorId: idOf(fields, 'in_reply_to_user_id') },
    quotedId: idOf(fields, 'quoted_status_id') ?? idOf(quoted, 'id'),
    repostedId: idOf(reposted, 'id'),
    mentions: listOf(entities?.user_mentions).map((it) => ({
      id: idOf(it, 'id'),
      handle: textOf(it.screen_name),
      start: (Array.isArray(it.indices) ? numberOf(it.indices[0]) : undefined) ?? 0,
    })),
    textStart: startOf(long?.display_text_range ?? fields.display_text_range),
    entities,
    media: (files ?? []).map(oldMediumOf),
    extras: {
      lang: fields.lang,
      isSensitive: fields.possibly_sensitive === true,
      point: fieldsOf(fields.coordinates)?.coordinates,
      place: fieldsOf(fields.place),
      poll: null,
    },
  };
  return { post, within: [quoted, reposted].filter((it) => it !== null) };
}
