import type { Answer, Route } from '../platform';
import { publish } from './doings';
import { tellDeletion, tellLike } from './events';
import { gated } from './gate';
import { afterPost } from './habits';
import { invalid, notFound, problem, refuse } from './problems';
import { postOf, type Post, type X, type XWorld } from './state';
import { includesOf, pageOfPosts, postView } from './views';

const account = { as: 'account' } as const;

export const postRoutes: Route<X>[] = [
  gated('POST', '/2/tweets', { ...account, limit: 100, creates: true }, ({ json }, world, id) =>
    create(json, world, id),
  ),
  gated('DELETE', '/2/tweets/:id', { ...account, limit: 50 }, ({ params }, world, id) => {
    const post = postOf(world, params.id!);
    if (post?.authorId !== id) notFound('tweet', params.id!);
    for (const version of post.versions) world.state.posts.delete(version);
    tellDeletion(world, post);
    return { status: 200, json: { data: { deleted: true } } };
  }),
  gated('PUT', '/2/tweets/:id/hidden', { ...account, limit: 50 }, ({ params, json }, world, id) => {
    const post = postOf(world, params.id!);
    if (!post) notFound('tweet', params.id!);
    const root = postOf(world, post.rootId);
    if (root?.authorId !== id || post.authorId === id) {
      refuse(
        403,
        'not-authorized-for-resource',
        'Forbidden',
        'You may only hide replies to your own conversations.',
      );
    }
    post.isHidden = json.hidden === true;
    return { status: 200, json: { data: { hidden: post.isHidden } } };
  }),
  gated(
    'POST',
    '/2/users/:id/likes',
    { ...account, limit: 50, daily: 1_000 },
    (call, world, id) => {
      const post = postOf(world, String(call.json.tweet_id));
      if (!post) notFound('tweet', String(call.json.tweet_id));
      const like = `${id} ${post.versions[0]}`;
      if (!world.state.likes.has(like)) tellLike(world, world.state.users.get(id)!, post);
      world.state.likes.add(like);
      return { status: 200, json: { data: { liked: true } } };
    },
  ),
  gated(
    'DELETE',
    '/2/users/:id/likes/:post',
    { ...account, limit: 50, daily: 1_000 },
    (call, world, id) => {
      world.state.likes.delete(`${id} ${postOf(world, call.params.post!)?.versions[0]}`);
      return { status: 200, json: { data: { liked: false } } };
    },
  ),
  gated('GET', '/2/users/:id/mentions', { as: 'any', limit: 300 }, ({ params, query }, world) =>
    page(query, world, (post) => isMention(world, post, params.id!)),
  ),
  gated('GET', '/2/users/:id/tweets', { as: 'any', limit: 900 }, ({ params, query }, world) =>
    page(query, world, ({ authorId }) => authorId === params.id),
  ),
  gated('GET', '/2/tweets/search/recent', { as: 'any', limit: 450 }, ({ query }, world) => {
    const wanted = query.get('query') ?? '';
    if (wanted === '' || wanted.length > 512) {
      invalid('There were errors processing your request: query');
    }
    return page(query, world, (post) => matches(world, post, wanted));
  }),
  gated('GET', '/2/tweets', { as: 'any', limit: 3_500 }, ({ query }, world) => {
    const ids = (query.get('ids') ?? '').split(',');
    const posts = ids.flatMap((id) => postOf(world, id) ?? []);
    const missing = ids.filter((id) => !postOf(world, id));
    return {
      status: 200,
      json: {
        ...(posts.length > 0 && {
          data: posts.map((post) => postView(world, post)),
          includes: includesOf(world, posts),
        }),
        ...(missing.length > 0 && {
          errors: missing.map((id) => ({
            ...{ resource_id: id, resource_type: 'tweet', title: 'Not Found Error' },
            ...{ detail: `Could not find tweet with ids: [${id}].`, value: id, parameter: 'ids' },
            type: 'https://api.x.com/2/problems/resource-not-found',
          })),
        }),
      },
    };
  }),
];

const LONGEST = 280;
const DAY = 24 * 3_600_000;

function create(json: Readonly<Record<string, unknown>>, world: XWorld, authorId: string): Answer {
  const { state } = world;
  const text = typeof json.text === 'string' ? json.text : '';
  const parentId = (json.reply as { in_reply_to_tweet_id?: string } | undefined)
    ?.in_reply_to_tweet_id;
  const mediaIds = (json.media as { media_ids?: string[] } | undefined)?.media_ids ?? [];
  if (text === '' && mediaIds.length === 0) {
    invalid('One or more parameters to your request was invalid.');
  }
  if ([...text.replace(/https?:\/\/\S+/g, 'x'.repeat(23))].length > LONGEST) {
    refuse(403, '', 'Forbidden', 'Your Tweet text is too long.');
  }
  const parent = parentId === undefined ? null : postOf(world, parentId);
  if (parentId !== undefined && !parent) {
    refuse(
      403,
      '',
      'Forbidden',
      'You attempted to reply to a Tweet that is deleted or not visible to you.',
    );
  }
  const isDouble = [...state.posts.values()].some(
    (one) =>
      one.authorId === authorId &&
      one.text === text &&
      one.parentId === (parent?.id ?? null) &&
      world.now().getTime() - one.at.getTime() < DAY,
  );
  if (isDouble && text !== '') {
    return problem(
      403,
      '',
      'Forbidden',
      'You are not allowed to create a Tweet with duplicate content.',
    );
  }
  const media = mediaIds.map((id) => state.media.get(id) ?? invalid('Your media IDs are invalid.'));
  const post = publish(world, { authorId, text, parentId: parent?.id ?? null, media });
  afterPost(world, post);
  return {
    status: 201,
    json: { data: { id: post.id, text, edit_history_post_ids: [...post.versions] } },
  };
}

function page(query: URLSearchParams, world: XWorld, isMeant: (post: Post) => boolean): Answer {
  return { status: 200, json: pageOfPosts(world, query, isMeant) };
}

/** Named, or answered, by somebody else. */
function isMention({ state }: XWorld, post: Post, userId: string): boolean {
  const username = state.users.get(userId)?.username ?? '';
  const parent = post.parentId === null ? null : state.posts.get(post.parentId);
  const isTo = parent?.authorId === userId || post.text.includes(`@${username}`);
  return isTo && post.authorId !== userId && post.repostedId === null;
}

/** All words and quoted phrases of a query; operators but `from:` are believed. */
function matches({ state }: XWorld, post: Post, query: string): boolean {
  const parts = query.match(/"[^"]+"|\S+/g) ?? [];
  return parts.every((part) => {
    if (part.startsWith('-')) return true;
    if (part.startsWith('from:')) {
      return state.users.get(post.authorId)?.username === part.slice('from:'.length);
    }
    return post.text.toLowerCase().includes(part.replaceAll('"', '').toLowerCase());
  });
}
