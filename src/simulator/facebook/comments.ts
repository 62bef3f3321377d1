import type { Answer, Call } from '../platform';
import { noSuchObject, refuse } from './errors';
import { fieldsOf, textOf } from './read-form';
import {
  asDweller,
  pageOf,
  type Comment,
  type Dweller,
  type FacebookWorld,
  type Post,
} from './state';
import { named, permalink, seconds, tell, tellOfComment } from './telling';

/** Adds a comment, and tells of it. */
export function comment(
  world: FacebookWorld,
  post: Post,
  parent: Comment | null,
  from: Dweller,
  text: string,
  more: object = {},
): Comment {
  const made: Comment = {
    id: `${post.id.split('_')[1]}_${world.random.digits(15)}`,
    ...{ post, parent, from, text, at: world.now() },
    ...{ isHidden: false, isAnswered: false, likes: new Set() },
  };
  world.state.comments.push(made);
  tellOfComment(world, made, 'add', more);
  return made;
}

/** `POST /{post or comment}/comments`. */
export function takeComment(call: Call, world: FacebookWorld): Answer {
  const { post, parent } = commentable(world, call.params.id ?? '');
  const { fields, hasFile } = fieldsOf(call);
  const text = textOf(fields.message);
  if (text === '' && !hasFile) throw refuse(100, '(#100) The parameter message is required');
  const page = asDweller(pageOf(world.state, post.page)!);
  // replies to replies are siblings of these
  const root = parent?.parent ?? parent;
  const more = hasFile ? { photo: 'https://scontent.xx.fbcdn.net/simulated.jpg' } : {};
  return { status: 200, json: { id: comment(world, post, root, page, text, more).id } };
}

function commentable({ state }: FacebookWorld, id: string): { post: Post; parent: Comment | null } {
  const parent = state.comments.find((one) => one.id === id) ?? null;
  const post = parent?.post ?? state.posts.find((one) => one.id === id);
  if (!post) throw noSuchObject(id);
  return { post, parent };
}

/** `GET /{post or comment}/comments`, page by page. */
export function listComments({ params, query }: Call, world: FacebookWorld): Answer {
  const { post, parent } = commentable(world, params.id ?? '');
  const isAll = query.get('filter') === 'stream';
  const found = world.state.comments.filter((one) =>
    parent ? one.parent === parent : one.post === post && (isAll || one.parent === null),
  );
  if (query.get('order') === 'reverse_chronological') found.reverse();
  return paged(found.map(shownComment), query, `${world.url}/v23.0/${params.id}/comments`);
}

/** One page of a list, and where the next one is. */
export function paged(all: readonly object[], query: URLSearchParams, url: string): Answer {
  const limit = Math.min(100, Number(query.get('limit') ?? 25) || 25);
  const start = Number(Buffer.from(query.get('after') ?? '', 'base64url').toString() || 0);
  const end = start + limit;
  const after = Buffer.from(String(end)).toString('base64url');
  const next = end < all.length ? { next: `${url}?limit=${limit}&after=${after}` } : {};
  const paging = { cursors: { before: query.get('after') ?? '', after }, ...next };
  return { status: 200, json: { data: all.slice(start, end), paging } };
}

export function shownComment({ id, from, text, at, isHidden, parent, likes }: Comment): object {
  return {
    ...{ id, from: named(from), message: text, created_time: written(at), is_hidden: isHidden },
    ...{ like_count: likes.size, can_hide: true, can_remove: true },
    ...(parent && { parent: { id: parent.id } }),
  };
}

export function shownPost(post: Post): object {
  const { id, from, text, at } = post;
  return {
    ...{ id, from: named(from), message: text, created_time: written(at) },
    permalink_url: permalink(post),
  };
}

/** As the Graph API writes times. */
export function written(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, '+0000');
}

/** `POST /{comment}` with `is_hidden`. */
export function takeHiding(call: Call, world: FacebookWorld): Answer {
  const found = commentOf(world, call);
  const { fields } = fieldsOf(call);
  if (found.from.id === found.post.page) {
    throw refuse(100, '(#100) This comment can not be hidden', 1446036);
  }
  const isHidden = fields.is_hidden === true || fields.is_hidden === 'true';
  if (found.isHidden !== isHidden) {
    found.isHidden = isHidden;
    tellOfComment(world, found, isHidden ? 'hide' : 'unhide');
  }
  return { status: 200, json: { success: true } };
}

/** `DELETE /{comment}`, and what replies to it. */
export function takeDeletion(call: Call, world: FacebookWorld): Answer {
  const found = commentOf(world, call);
  const { state } = world;
  state.comments = state.comments.filter((one) => one !== found && one.parent !== found);
  tellOfComment(world, found, 'remove');
  return { status: 200, json: { success: true } };
}

/** `POST` and `DELETE /{comment}/likes`. */
export function takeLike(call: Call, world: FacebookWorld): Answer {
  const found = commentOf(world, call);
  const { id, post, likes, parent } = found;
  const isGiven = call.method === 'POST';
  if (likes.has(post.page) !== isGiven) {
    if (isGiven) likes.add(post.page);
    else likes.delete(post.page);
    const from = named(asDweller(pageOf(world.state, post.page)!));
    const value = {
      ...{ item: 'reaction', verb: isGiven ? 'add' : 'remove', reaction_type: 'like', from },
      ...{ comment_id: id, post_id: post.id, parent_id: parent?.id ?? post.id },
      created_time: seconds(world.now()),
    };
    tell(world, post.page, 'feed', { field: 'feed', value });
  }
  return { status: 200, json: { success: true } };
}

function commentOf({ state }: FacebookWorld, { params }: Call): Comment {
  const found = state.comments.find(({ id }) => id === params.id);
  if (!found) throw noSuchObject(params.id ?? '');
  return found;
}
