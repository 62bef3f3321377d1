import { refuse } from '../meta/graph-answers';
import type { Answer, Call } from '../platform';
import { accountOf, ownAccount, type Comment, type InstagramWorld, type Media } from './account';

/** `GET /me`. */
export function readMe(call: Call, world: InstagramWorld): Answer {
  const account = accountOf(call, world);
  const { id, username, scopedId, pageId } = account;
  const json =
    call.token === account.ownToken
      ? { id: scopedId, user_id: id, username, name: username }
      : { id: pageId, name: username, instagram_business_account: { id, username } };
  return { status: 200, json };
}

/** `GET /{id}`: a person, a post, a comment, or what a mention says. */
export function readObject(call: Call, world: InstagramWorld): Answer {
  const account = accountOf(call, world);
  const id = call.params['id']!;
  const { media, members, comments } = world.state;
  const member = members.get(id);
  if (member) return { status: 200, json: profileOf(id, member.person) };
  const post = media.get(id);
  if (post) return { status: 200, json: mediaOf(post) };
  const comment = comments.get(id);
  if (comment) return { status: 200, json: commentOf(comment) };
  if (id === account.id) return readMention(call, world);
  return refuse(400, 100, `Unsupported get request. Object with ID '${id}' does not exist`, 33);
}

function readMention(call: Call, world: InstagramWorld): Answer {
  const { comments, media } = world.state;
  const fields = call.query.get('fields') ?? '';
  const [, what, id = ''] =
    /mentioned_(comment|media)\.(?:comment|media)_id\((\d+)\)/.exec(fields) ?? [];
  const account = ownAccount(call, world);
  const post = what === 'media' ? media.get(id) : undefined;
  if (post) return { status: 200, json: { mentioned_media: mediaOf(post), id: account.id } };
  const comment = what === 'comment' ? comments.get(id) : undefined;
  if (!comment) refuse(400, 100, 'The mention does not exist.', 33);
  const told = { ...commentOf(comment), media: mediaOf(media.get(comment.mediaId)!) };
  return { status: 200, json: { mentioned_comment: told, id: account.id } };
}

function profileOf(id: string, { name, handle }: { name: string; handle: string }): object {
  return {
    ...{ id, name, username: handle, follower_count: 40 + handle.length * 7 },
    ...{ is_verified_user: false, is_user_follow_business: true, is_business_follow_user: false },
  };
}

function mediaOf({ id, caption, kind, timestamp, username }: Media): object {
  return {
    ...{ id, caption, timestamp, username, media_product_type: kind },
    media_type: kind === 'FEED' ? 'IMAGE' : 'VIDEO',
    permalink: `https://www.instagram.com/p/${id}/`,
  };
}

function commentOf({ id, text, timestamp, from, mediaId, isHidden }: Comment): object {
  const { username } = from;
  return { id, text, timestamp, username, hidden: isHidden, media: { id: mediaId } };
}
