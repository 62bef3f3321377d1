import type { XWorld } from './state';
import type { Mail, Post } from './state';
import { tellLike, tellRead } from './events';
import { publish, write } from './doings';

/** What customers do about what the company says. */

/** Somebody who is answered in public likes that, and may go on. */
export function afterPost(world: XWorld, post: Post): void {
  const { state, habits, random, cast } = world;
  const parent = post.parentId === null ? null : state.posts.get(post.parentId);
  const author = parent && state.users.get(parent.authorId);
  if (!author || state.accounts.includes(author.id)) return;
  world.later(habits.readAfter, () => {
    if (!state.posts.has(post.id)) return;
    state.likes.add(`${author.id} ${post.id}`);
    tellLike(world, author, post);
  });
  if (!random.chance(habits.answers)) return;
  world.later(habits.answerAfter, () => {
    const text = cast.reply(post.text, random);
    if (state.posts.has(post.id)) publish(world, { authorId: author.id, text, parentId: post.id });
  });
}

/** Somebody who is written to reads it, and may answer. */
export function afterMail(world: XWorld, mail: Mail): void {
  const { state, habits, random, cast } = world;
  if (state.accounts.includes(mail.recipientId)) return;
  world.later(habits.readAfter, () => tellRead(world, mail));
  if (!random.chance(habits.answers)) return;
  world.later(habits.answerAfter, () => {
    const text = cast.reply(mail.text, random);
    write(world, { senderId: mail.recipientId, recipientId: mail.senderId, text });
  });
}
