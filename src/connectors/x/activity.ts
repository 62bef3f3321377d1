import type { InboundItem } from '../kit/item';
import { accountActivityItems, isAccountActivity, type Told } from './account-activity';
import { chatMessage } from './direct-messages';
import { fieldsOf, idOf, momentOf, textOf, type Fields } from './fields';
import { deedItem, likeItems, profileItem, revocation, revoked } from './moments';
import { partyOf, peopleOf } from './people';
import { postsOf } from './results';
import { repost, talkItems } from './talk';

/** What an event of the X Activity API says; `event` is what stands under `data`. */
export function activityItems(event: Fields, told: Told): InboundItem[] {
  const payload = fieldsOf(event.payload);
  const type = textOf(event.event_type);
  if (!payload || type === null) return [];
  const { company, receivedAt: at } = told;
  if (!isPublic(type) && isOfAnother(event, company)) return [];
  const [kind, what] = [type.slice(0, type.indexOf('.')), type.slice(type.indexOf('.') + 1)];
  const people = peopleOf(fieldsOf(event.includes)?.users);
  const one = (item: InboundItem | null) => (item ? [item] : []);
  switch (kind) {
    case 'post':
      return postItems(event, payload, what, told);
    case 'like':
      return likes(event, payload, what, told);
    case 'follow':
    case 'mute':
    case 'block':
      return one(deedItem(payload, what, { company, at, name: nameOf(event, type) }));
    case 'dm':
      return isAccountActivity(payload) ? accountActivityItems(payload, told) : [];
    case 'chat':
      return isTalk.test(what)
        ? one(chatMessage(payload, type, { company, people, media: new Map(), receivedAt: at }))
        : [];
    case 'profile': {
      const userId = idOf(fieldsOf(event.filter), 'user_id');
      return userId === null
        ? []
        : one(profileItem(userId, type, payload, { company, at, people }));
    }
    case 'oauth': {
      const { userId, at: since } = revoked(payload);
      return what === 'revoke' ? one(revocation(userId, since ?? at, company)) : [];
    }
    default:
      return [];
  }
}

/** What everybody may see may be told of others too. */
function isPublic(type: string): boolean {
  return type === 'post.create' || type === 'post.delete' || type.startsWith('profile.update.');
}

/** Apps have one address for all their accounts. */
function isOfAnother({ filter }: Fields, company: string): boolean {
  const userId = idOf(fieldsOf(filter), 'user_id');
  return userId !== null && userId !== company;
}

/** What of encrypted talk is an utterance, or that somebody has joined it. */
const isTalk = /^(received|sent|conversation[._]join)$/;

/** By X's name for what happened, which may be a negative number. */
function nameOf({ event_uuid: uuid }: Fields, type: string): string | null {
  const name = typeof uuid === 'number' ? String(uuid) : textOf(uuid);
  return name === null ? null : `${type}/${name}`;
}

function postItems(event: Fields, payload: Fields, what: string, told: Told): InboundItem[] {
  if (what === 'delete') {
    const externalId = idOf(payload, 'id');
    return externalId === null
      ? []
      : [{ type: 'deletion', externalId, deletedAt: told.receivedAt }];
  }
  const { main, talk } = postsOf(payload, event.includes, told);
  if (!main) return [];
  const isOfOwn = what === 'repost.create' && main.repostedId !== null;
  if (isOfOwn && main.authorId !== null && main.authorId !== told.company) {
    return [repost(main, partyOf(main.authorId, talk.people), told.receivedAt)];
  }
  return talkItems(main, talk);
}

/** The company's likes, and those of its posts; of these X tells who gave them only beside the payload. */
function likes(event: Fields, payload: Fields, what: string, told: Told): InboundItem[] {
  const { company, receivedAt } = told;
  const postId = idOf(payload, 'liked_tweet_id') ?? idOf(payload, 'liked_post_id');
  if (postId === null) return [];
  const { talk } = postsOf(null, event.includes, told);
  const post = talk.posts.get(postId) ?? null;
  const authorId =
    idOf(payload, 'liked_tweet_author_id') ?? idOf(payload, 'tweet_author_id') ?? post?.authorId;
  const others = [...talk.people.keys()].filter((id) => id !== company);
  const givenBy = idOf(payload, 'user_id') ?? idOf(fieldsOf(payload.user), 'id');
  const isInbound = authorId === company && givenBy !== company;
  const likerId = givenBy ?? (others.length === 1 ? others[0]! : null);
  if (isInbound && likerId === null) return [];
  return [
    ...(post && post.authorId === company ? talkItems(post, talk) : []),
    ...likeItems({
      id: textOf(payload.id),
      postId,
      actor: isInbound ? partyOf(likerId!, talk.people) : null,
      // created_at is that of the post
      at: momentOf(payload.timestamp_ms) ?? receivedAt,
      removed: what !== 'create',
      post,
    }),
  ];
}
