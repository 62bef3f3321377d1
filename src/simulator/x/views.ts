import {
  allPosts,
  momentOf,
  type Mail,
  type Medium,
  type Post,
  type User,
  type XWorld,
} from './state';

/** X's objects as its API and its events show them. */

const FIRST_DAY = '2020-05-01T08:00:00.000Z';

export function userView({ id, name, username, followers, isVerified }: User) {
  return {
    ...{ id, name, username, description: '', url: '', protected: false },
    ...{ verified: isVerified, verified_type: isVerified ? 'blue' : 'none', created_at: FIRST_DAY },
    profile_image_url: `https://pbs.twimg.com/profile_images/${id}/face_normal.jpg`,
    public_metrics: {
      ...{ followers_count: followers, following_count: 31, tweet_count: 120 },
      ...{ listed_count: 2, like_count: 64, media_count: 7 },
    },
  };
}

/** As events show it: under names of the first days. */
export function tweetView(world: XWorld, post: Post) {
  const references = referencesOf(post);
  const parent = post.parentId === null ? null : world.state.posts.get(post.parentId);
  return {
    ...coreView(world, post),
    ...{ edit_history_tweet_ids: [...post.versions], paid_partnership: false },
    reply_settings: 'everyone',
    ...(references.length > 0 && { referenced_tweets: references }),
    ...(post.parentId !== null && { in_reply_to_tweet_id: post.parentId }),
    ...(parent && { in_reply_to_user_id: parent.authorId }),
    public_metrics: {
      ...{ retweet_count: 0, reply_count: 0, like_count: likesOf(world, post), quote_count: 0 },
      ...{ bookmark_count: 0, impression_count: 0 },
    },
  };
}

/** As looks show it: under today's names. */
export function postView(world: XWorld, post: Post) {
  const references = referencesOf(post);
  const parent = post.parentId === null ? null : world.state.posts.get(post.parentId);
  return {
    ...coreView(world, post),
    edit_history_post_ids: [...post.versions],
    ...(references.length > 0 && { referenced_posts: references }),
    ...(parent && { in_reply_to_user_id: parent.authorId }),
    ...(post.media.length > 0 && {
      attachments: { media_keys: post.media.map(({ key }) => key) },
    }),
  };
}

function coreView(world: XWorld, post: Post) {
  const text = shownText(world, post);
  const mentions = mentionsIn(world, text);
  const start = text.length - post.text.length;
  return {
    ...{ id: post.id, text: escaped(text), author_id: post.authorId, lang: 'en' },
    ...{ conversation_id: post.rootId, created_at: toSecond(momentOf(post.id)) },
    display_text_range: [start, [...text].length],
    possibly_sensitive: false,
    ...(mentions.length > 0 && { entities: { mentions } }),
  };
}

/** X puts the name of who is answered in front. */
function shownText({ state }: XWorld, post: Post): string {
  const parent = post.parentId === null ? null : state.posts.get(post.parentId);
  const author =
    parent && parent.authorId !== post.authorId ? state.users.get(parent.authorId) : null;
  const isNamed = !author || post.text.startsWith(`@${author.username}`);
  return isNamed ? post.text : `@${author.username} ${post.text}`;
}

function mentionsIn({ state }: XWorld, text: string) {
  const users = new Map([...state.users.values()].map((user) => [user.username, user]));
  return [...text.matchAll(/@(\w{1,15})/g)].flatMap((match) => {
    const user = users.get(match[1]!);
    const start = [...text.slice(0, match.index)].length;
    const place = { start, end: start + match[0].length };
    return user ? [{ ...place, username: user.username, id: user.id }] : [];
  });
}

function referencesOf({ parentId, quotedId, repostedId }: Post) {
  return [
    ...(parentId === null ? [] : [{ type: 'replied_to', id: parentId }]),
    ...(quotedId === null ? [] : [{ type: 'quoted', id: quotedId }]),
    ...(repostedId === null ? [] : [{ type: 'retweeted', id: repostedId }]),
  ];
}

function likesOf({ state }: XWorld, { versions }: Post): number {
  return [...state.likes].filter((like) => versions.includes(like.split(' ')[1]!)).length;
}

/** What posts name: authors, what they answer or quote, files. */
export function includesOf(world: XWorld, posts: readonly Post[]) {
  const ids = new Set(posts.map(({ id }) => id));
  const named = posts
    .flatMap(({ parentId, quotedId, repostedId }) => [parentId, quotedId, repostedId])
    .flatMap((id) => (id === null ? [] : (world.state.posts.get(id) ?? [])))
    .filter(({ id }) => !ids.has(id));
  const all = [...posts, ...named];
  const users = new Set(all.map(({ authorId }) => world.state.users.get(authorId)!));
  const media = new Set(posts.flatMap((post) => post.media));
  return {
    users: [...users].map(userView),
    posts: [...new Set(named)].map((post) => postView(world, post)),
    ...(media.size > 0 && { media: [...media].map((medium) => mediumView(world, medium)) }),
  };
}

export function mediumView(world: XWorld, { key, type, fileId, altText }: Medium) {
  return {
    ...{ media_key: key, type, width: 640, height: 480 },
    ...(altText !== null && { alt_text: altText }),
    ...(type === 'photo'
      ? { url: world.media.urlOf(fileId) }
      : {
          variants: [
            { bit_rate: 632_000, content_type: 'video/mp4', url: world.media.urlOf(fileId) },
          ],
        }),
  };
}

/** A direct message as webhooks show it. */
export function messageCreate({ id, at, senderId, recipientId, text }: Mail) {
  return {
    ...{ type: 'message_create', id, created_timestamp: String(at.getTime()) },
    message_create: {
      ...{ target: { recipient_id: recipientId }, sender_id: senderId },
      message_data: {
        text: escaped(text),
        entities: { hashtags: [], symbols: [], user_mentions: [], urls: [] },
      },
    },
  };
}

/** A direct message as looks show it. */
export function mailView({ id, at, senderId, recipientId, text, media }: Mail) {
  const [first, second] = [senderId, recipientId].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return {
    ...{ id, event_type: 'MessageCreate', text: escaped(text), sender_id: senderId },
    ...{ dm_conversation_id: `${first}-${second}`, created_at: toSecond(at) },
    ...(media && { attachments: { media_keys: [media.key] } }),
  };
}

function toSecond(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, '.000Z');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** With each number once more as text, as events have it. */
export function withTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => [
      [key, withTexts(inner)],
      ...(typeof inner === 'number' ? [[`${key}_str`, String(inner)]] : []),
    ]),
  );
}

/** One page of posts, the newest first, as the queries of looks ask for it. */
export function pageOfPosts(
  world: XWorld,
  query: URLSearchParams,
  isMeant: (post: Post) => boolean,
) {
  const since = BigInt(query.get('since_id') ?? 0);
  const page = query.get('pagination_token') ?? query.get('next_token');
  const below = BigInt(page?.replace(/^p0*/, '') ?? query.get('until_id') ?? 2n ** 63n);
  const meant = allPosts(world).filter(
    (post) => BigInt(post.id) > since && BigInt(post.id) < below && isMeant(post),
  );
  const most = Number(query.get('max_results') ?? 10);
  const posts = meant.slice(0, most);
  return {
    ...(posts.length > 0 && {
      data: posts.map((post) => postView(world, post)),
      includes: includesOf(world, posts),
    }),
    meta: {
      result_count: posts.length,
      ...(posts.length > 0 && { newest_id: posts[0]!.id, oldest_id: posts.at(-1)!.id }),
      ...(meant.length > most && { next_token: `p${posts.at(-1)!.id.padStart(20, '0')}` }),
    },
  };
}
