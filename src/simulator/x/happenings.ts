import type { Happening } from '../platform';
import { tellChat, tellFollow, tellLike, tellRevoked } from './events';
import { edit, publish, write } from './doings';
import { allPosts, companyOf, userOf, type Post, type User, type X, type XWorld } from './state';

/** What happens on X by itself. */
export const happenings: Happening<X>[] = [
  {
    name: 'mention',
    weight: 5,
    happen(world) {
      const { username } = companyOf(world);
      const opening = world.cast.opening('public', world.random);
      const text = opening.includes('@company')
        ? opening.replaceAll('@company', `@${username}`)
        : `@${username} ${opening}`;
      say(world, somebody(world), text);
    },
  },
  {
    name: 'direct-message',
    weight: 3,
    happen(world) {
      const sender = somebody(world);
      const text = world.cast.opening('private', world.random);
      world.note(`${sender.name} writes: ${text}`);
      write(world, { senderId: sender.id, recipientId: companyOf(world).id, text });
    },
  },
  {
    name: 'comment',
    weight: 3,
    happen(world) {
      const post = ownPost(world);
      say(world, somebody(world), world.cast.opening('comment', world.random), {
        parentId: post.id,
      });
    },
  },
  {
    name: 'company-posts',
    weight: 1,
    happen: (world) => void companyPosts(world),
  },
  {
    name: 'quote',
    weight: 1,
    happen(world) {
      const { id } = ownPost(world);
      say(world, somebody(world), world.cast.opening('comment', world.random), { quotedId: id });
    },
  },
  {
    name: 'repost',
    weight: 1,
    happen(world) {
      const post = ownPost(world);
      const { username } = companyOf(world);
      say(world, somebody(world), `RT @${username}: ${post.text}`, { repostedId: post.id });
    },
  },
  {
    name: 'like',
    weight: 2,
    happen: (world) => tellLike(world, somebody(world), ownPost(world)),
  },
  { name: 'follow', weight: 2, happen: (world) => tellFollow(world, somebody(world), 'follow') },
  {
    name: 'unfollow',
    weight: 1,
    happen: (world) => tellFollow(world, somebody(world), 'unfollow'),
  },
  {
    name: 'edit',
    weight: 1,
    happen(world) {
      const post = allPosts(world).find(
        ({ authorId, parentId }) => authorId !== companyOf(world).id && parentId === null,
      );
      if (post) edit(world, post, `${post.text} (put right)`);
    },
  },
  { name: 'encrypted-message', weight: 1, happen: (world) => tellChat(world, somebody(world)) },
  { name: 'permission-revoked', weight: 0, happen: tellRevoked },
];

function somebody(world: XWorld): User {
  return userOf(world, world.random.pick(world.cast.people));
}

function say(world: XWorld, { id, name }: User, text: string, more: Partial<Post> = {}): Post {
  world.note(`${name} posts: ${text}`);
  return publish(world, { authorId: id, text, ...more });
}

function companyPosts(world: XWorld): Post {
  const text = world.cast.post(world.random);
  return publish(world, { authorId: companyOf(world).id, text });
}

/** The company's newest post of its own, made where there is none. */
function ownPost(world: XWorld): Post {
  const { id } = companyOf(world);
  const own = allPosts(world).find(
    ({ authorId, parentId }) => authorId === id && parentId === null,
  );
  return own ?? companyPosts(world);
}
