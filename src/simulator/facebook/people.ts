import type { Happening } from '../platform';
import { comment } from './comments';
import {
  asDweller,
  dwellerOf,
  talkOf,
  type Dweller,
  type Facebook,
  type FacebookWorld,
  type Post,
  type Talk,
  type TalkMessage,
} from './state';
import { named, seconds, tell, tellOfPost, tellOfTalk } from './telling';

/** What people do by themselves. */
export const happenings: Happening<Facebook>[] = [
  {
    name: 'customer-writes',
    weight: 4,
    happen(world) {
      write(world, firstPage(world), anybody(world), world.cast.opening('private', world.random));
    },
  },
  {
    name: 'customer-comments',
    weight: 3,
    happen(world) {
      const post = somePost(world);
      const text = world.cast.opening('comment', world.random);
      const person = anybody(world);
      world.note(`${person.name} comments: ${text}`);
      comment(world, post, null, person, text);
    },
  },
  {
    name: 'visitor-posts',
    weight: 1,
    happen(world) {
      const person = anybody(world);
      const post = publish(world, person, world.cast.opening('public', world.random));
      world.note(`${person.name} posts on the Page: ${post.text}`);
    },
  },
  {
    name: 'page-posts',
    weight: 1,
    happen(world) {
      const { state, cast, random } = world;
      const page = state.pages[0]!;
      const post = publish(world, asDweller(page), cast.post(random));
      world.note(`${page.name} posts: ${post.text}`);
    },
  },
  {
    name: 'customer-reacts',
    weight: 1,
    happen(world) {
      const post = somePost(world);
      const reaction = world.random.pick(['like', 'love', 'wow', 'haha', 'sad', 'angry']);
      react(world, post, anybody(world), reaction);
    },
  },
];

function firstPage({ state }: FacebookWorld): string {
  return state.pages[0]!.id;
}

function anybody({ state, cast, random }: FacebookWorld): Dweller {
  return dwellerOf(state, random.pick(cast.people).name, random);
}

function somePost(world: FacebookWorld): Post {
  const { state, cast, random } = world;
  const own = state.posts.filter(({ page, from }) => page === from.id);
  if (own.length > 0) return own.at(-1)!;
  return publish(world, asDweller(state.pages[0]!), cast.post(random));
}

/** Somebody writes to a Page by Messenger. */
export function write(
  world: FacebookWorld,
  page: string,
  person: Dweller,
  text: string,
  more: object = {},
): TalkMessage {
  const talk = talkOf(world.state, page, person);
  const id = `m_${world.random.letters(40)}`;
  const message: TalkMessage = { id, from: person.id, text, at: world.now(), isFile: false };
  talk.messages.push(message);
  world.note(`${person.name} writes: ${text}`);
  const told = { mid: id, ...(text !== '' && { text }), ...more };
  tellOfTalk(world, page, 'messages', person.id, page, { message: told });
  return message;
}

/** Somebody posts on the first Page. */
export function publish(world: FacebookWorld, from: Dweller, text: string): Post {
  const page = firstPage(world);
  const id = `${page}_${world.random.digits(15)}`;
  const post: Post = { id, page, from, text, at: world.now() };
  world.state.posts.push(post);
  tellOfPost(world, post, 'add');
  return post;
}

export function react(world: FacebookWorld, post: Post, from: Dweller, reaction: string): void {
  const value = {
    ...{ item: 'reaction', verb: 'add', reaction_type: reaction, from: named(from) },
    ...{ post_id: post.id, parent_id: post.id, created_time: seconds(world.now()) },
  };
  world.note(`${from.name} reacts: ${reaction}`);
  tell(world, post.page, 'feed', { field: 'feed', value });
}

/** A message of the Page's arrives, is read and perhaps answered. */
export function answerLater(world: FacebookWorld, talk: Talk, sent: TalkMessage): void {
  const { habits, random, cast } = world;
  const { page, person } = talk;
  // all up to the moment at which they were seen, which is after the answer to the call
  const tellOf = (field: string, event: (watermark: number) => object) => () =>
    tellOfTalk(world, page, field, person.id, page, event(world.now().getTime()));
  world.later(
    habits.deliveredAfter,
    tellOf('message_deliveries', (watermark) => ({ delivery: { mids: [sent.id], watermark } })),
  );
  world.later(
    habits.readAfter,
    tellOf('message_reads', (watermark) => ({ read: { watermark } })),
  );
  if (!random.chance(habits.answers)) return;
  world.later(habits.answerAfter, () => {
    write(world, page, person, cast.reply(sent.text, random));
  });
}
