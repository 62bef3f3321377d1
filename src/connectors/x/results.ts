import type { InboundItem } from '../kit/item';
import type { Told } from './account-activity';
import { isMailEvent, readMessage } from './direct-messages';
import { fieldsOf, idOf, listOf, textOf, type Fields } from './fields';
import { peopleOf } from './people';
import { readPost, type Beside, type Post } from './post';
import { talkItems, type Talk } from './talk';

/** What the API gives for a look or on a stream: one thing or several, and what else they name. */
export function resultItems(result: Fields, told: Told): InboundItem[] {
  const { data, includes } = result;
  const all = Array.isArray(data) ? listOf(data) : [fieldsOf(data) ?? result];
  const rules = listOf(result.matching_rules);
  return all.flatMap((one) => {
    if (isMailEvent(one)) return mailItems(one, includes, told);
    const { main, talk } = postsOf(one, includes, told);
    return main ? talkItems(main, { ...talk, rules }) : [];
  });
}

function mailItems(event: Fields, includes: unknown, told: Told): InboundItem[] {
  const { media } = besideOf(includes);
  const people = peopleOf(fieldsOf(includes)?.users);
  const item = readMessage(event, { ...told, people, media });
  return item ? [item] : [];
}

/** A post with those that came along, which may hold it once more. */
export function postsOf(
  payload: unknown,
  includes: unknown,
  { company, receivedAt }: Told,
): { main: Post | null; talk: Talk } {
  const beside = besideOf(includes);
  const around = fieldsOf(includes);
  const main = readPost(payload, beside);
  const posts = new Map<string, Post>();
  for (const fields of [...listOf(around?.tweets), ...listOf(around?.posts)]) {
    const post = readPost(fields, beside);
    if (post && post.id !== main?.id) posts.set(post.id, post);
  }
  const people = peopleOf(around?.users);
  return { main, talk: { company, people, posts, receivedAt, rules: [] } };
}

function besideOf(includes: unknown): Beside {
  const around = fieldsOf(includes);
  const byName = (list: Fields[], name: (one: Fields) => string | null) =>
    new Map(list.map((one) => [name(one) ?? '', one] as const));
  return {
    media: byName(listOf(around?.media), ({ media_key: key }) => textOf(key)),
    others: byName([...listOf(around?.places), ...listOf(around?.polls)], (one) => idOf(one, 'id')),
  };
}
