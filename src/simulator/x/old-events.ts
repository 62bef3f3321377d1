import type { Mail, Post, User, XWorld } from './state';
import { momentOf } from './state';
import { messageCreate, tweetView } from './views';

/** Events in the form of the Account Activity API. */
export function oldEvents(world: XWorld, accountId: string) {
  const { state } = world;
  const at = () => String(world.now().getTime());
  return {
    posted(post: Post): object | null {
      const { parentId, quotedId, repostedId, authorId } = post;
      const named = [parentId, quotedId, repostedId].flatMap((id) =>
        id === null ? [] : (state.posts.get(id)?.authorId ?? []),
      );
      const { username } = state.users.get(accountId)!;
      const concerns = [authorId, ...named].includes(accountId);
      if (!concerns && !post.text.includes(`@${username}`)) return null;
      return { tweet_create_events: [statusView(world, post)] };
    },
    deleted: (userId: string, id: string) => ({
      tweet_delete_events: [{ status: { id, user_id: userId }, timestamp_ms: at() }],
    }),
    liked: (user: User, post: Post) => ({
      favorite_events: [
        {
          ...{ id: world.random.letters(32), created_at: oldTime(world.now()) },
          ...{ timestamp_ms: world.now().getTime(), favorited_status: statusView(world, post) },
          user: oldUser(user),
        },
      ],
    }),
    followed: (source: User, target: User, type: string) => ({
      follow_events: [
        { type, created_timestamp: at(), target: oldUser(target), source: oldUser(source) },
      ],
    }),
    mailed(mail: Mail) {
      const both = [mail.senderId, mail.recipientId].map((id) => state.users.get(id)!);
      const users = Object.fromEntries(both.map((user) => [user.id, mailUser(user)]));
      return { direct_message_events: [messageCreate(mail)], apps: {}, users };
    },
    read(event: { sender_id: string }) {
      const reader = state.users.get(event.sender_id)!;
      return { direct_message_mark_read_events: [event], users: { [reader.id]: mailUser(reader) } };
    },
  };
}

/** Ids come as numbers, too, which JavaScript can't hold: those are written by hand. */
export function withLongNumbers(json: string): string {
  return json.replace(/"long:(\d+)"/g, '$1');
}

function statusView(world: XWorld, post: Post): object {
  const { text, display_text_range, entities } = tweetView(world, post);
  const parent = post.parentId === null ? null : world.state.posts.get(post.parentId)!;
  const quoted = post.quotedId === null ? null : world.state.posts.get(post.quotedId)!;
  const reposted = post.repostedId === null ? null : world.state.posts.get(post.repostedId)!;
  const author = world.state.users.get(post.authorId)!;
  return {
    ...{
      created_at: oldTime(momentOf(post.id)),
      ...bothIds('id', post.id),
      text,
      truncated: false,
    },
    ...bothIds('in_reply_to_status_id', parent?.id ?? null),
    ...bothIds('in_reply_to_user_id', parent?.authorId ?? null),
    ...{ user: oldUser(author), display_text_range, lang: 'en', is_quote_status: quoted !== null },
    entities: {
      ...{ hashtags: [], urls: [], symbols: [] },
      user_mentions: (entities?.mentions ?? []).map(({ start, end, username, id }) => ({
        ...{ screen_name: username, ...bothIds('id', id), indices: [start, end] },
      })),
    },
    ...(quoted && {
      ...bothIds('quoted_status_id', quoted.id),
      quoted_status: statusView(world, quoted),
    }),
    ...(reposted && { retweeted_status: statusView(world, reposted) }),
    timestamp_ms: String(momentOf(post.id).getTime()),
  };
}

function bothIds(name: string, id: string | null) {
  return { [name]: id === null ? null : `long:${id}`, [`${name}_str`]: id };
}

function oldUser(user: User): object {
  return { ...mailUser(user), ...bothIds('id', user.id) };
}

function mailUser({ id, name, username, followers, isVerified }: User) {
  return {
    ...{ id, created_timestamp: '1422556069340', name, screen_name: username, protected: false },
    ...{ verified: isVerified, followers_count: followers, friends_count: 31, statuses_count: 120 },
    profile_image_url_https: `https://pbs.twimg.com/profile_images/${id}/face_normal.jpg`,
  };
}

/** `Mon Mar 26 16:33:26 +0000 2018`. */
function oldTime(time: Date): string {
  const [day, date, month, year, clock] = time.toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${clock} +0000 ${year}`;
}
