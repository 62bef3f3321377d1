import { tellMail, tellPost } from './events';
import { newId, postOf, type Mail, type Medium, type Post, type XWorld } from './state';

/** What anybody can do on X. */

/** Has somebody post; everybody whom it concerns is told. */
export function publish(
  world: XWorld,
  written: Pick<Post, 'authorId' | 'text'> & Partial<Post>,
): Post {
  const id = newId(world);
  const parent = written.parentId ? postOf(world, written.parentId) : null;
  const post: Post = {
    ...{ id, at: world.now(), rootId: parent?.rootId ?? id, parentId: null, quotedId: null },
    ...{ repostedId: null, media: [], versions: [id], isHidden: false },
    ...written,
  };
  world.state.posts.set(id, post);
  tellPost(world, post);
  return post;
}

/** Has somebody edit a post, which gives it another id beside those that it has. */
export function edit(world: XWorld, post: Post, text: string): Post {
  const id = newId(world);
  const edited: Post = { ...post, id, text, at: world.now(), versions: [...post.versions, id] };
  for (const version of edited.versions) world.state.posts.set(version, edited);
  tellPost(world, edited);
  return edited;
}

/** Has somebody write to somebody; both are told. */
export function write(
  world: XWorld,
  written: { senderId: string; recipientId: string; text: string; media?: Medium | null },
): Mail {
  const mail: Mail = { media: null, ...written, id: newId(world), at: world.now() };
  world.state.mail.push(mail);
  tellMail(world, mail);
  return mail;
}
