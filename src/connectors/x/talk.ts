import type { InboundItem, InboundPost, MessageItem } from '../kit/item';
import { contentOfPost } from './content';
import type { Fields } from './fields';
import { orderOfId, secondOfId, webUrlOf } from './ids';
import { attachmentOf } from './media';
import { partyOf } from './people';
import { editedAt, firstIdOf, postedAt, type Post } from './post';
import { authorOf, placeOf, type Place, type Surroundings } from './thread';

/** What posts are read with. */
export interface Talk extends Surroundings {
  receivedAt: Date;
  /** Listening rules that it was found by. */
  rules: readonly Fields[];
}

/** What a post says, with what else the delivery tells of the talk that it is in. */
export function talkItems(post: Post, talk: Talk): InboundItem[] {
  return [...contextOf(post, talk), ...postItems(post, talk)];
}

/** Earlier versions, what the company wrote, and what it answers, where that comes beside a post. */
function contextOf(post: Post, talk: Talk): InboundItem[] {
  const { company, posts } = talk;
  const parent = post.answers && posts.get(post.answers.id);
  const named = [parent, post.quotedId && posts.get(post.quotedId), root(post, talk)];
  const own = named.filter((it) => it && it.authorId === company && it !== post) as Post[];
  const isAnswered = post.authorId === company && parent && parent.authorId !== null;
  const earlier = [...posts.values()].filter(
    ({ id }) => id !== post.id && post.versions.includes(id),
  );
  const context = new Set([...earlier, ...own, ...(isAnswered ? [parent] : [])]);
  return [...context].flatMap((it) => postItems(it, { ...talk, rules: [] }));
}

function root({ rootId }: Post, { posts }: Talk): Post | undefined {
  return rootId === null ? undefined : posts.get(rootId);
}

function postItems(post: Post, talk: Talk): InboundItem[] {
  if (post.repostedId !== null) return repostItems(post, talk);
  // nobody is known to have written it
  if (post.authorId === null) return bareItems(post, talk);
  const place = placeOf(post, talk);
  return place ? [messageOf(post, place, talk)] : bareItems(post, talk);
}

/** A repost is no message: what it repeats is known. */
function repostItems(post: Post, { company, posts, people, receivedAt }: Talk): InboundItem[] {
  const { authorId, authorHandle, repostedId } = post;
  const isOfOwn = posts.get(repostedId!)?.authorId === company;
  if (authorId === null || authorId === company || !isOfOwn) return [];
  return [repost(post, partyOf(authorId, people, authorHandle), receivedAt)];
}

/** The moment of a repost of the company's own. */
export function repost(
  post: Post,
  party: ReturnType<typeof partyOf>,
  receivedAt: Date,
): InboundItem {
  return {
    ...{ type: 'touchpoint', party, touchpoint: 'repost', externalId: post.id },
    occurredAt: postedAt(post, receivedAt),
    properties: { post: post.repostedId, url: webUrlOf(post.repostedId!) },
  };
}

/** A post that is no part of a conversation; of one that was edited its first text is not known. */
function bareItems(post: Post, talk: Talk): InboundItem[] {
  const edited = editedAt(post);
  const described = postOf(post, talk);
  if (edited === null) return [{ type: 'post', post: described }];
  const edit: InboundItem = {
    ...{ type: 'edit', externalId: firstIdOf(post), body: post.text, editedAt: edited },
  };
  return post.authorId === null
    ? [edit]
    : [{ type: 'post', post: { ...described, body: null } }, edit];
}

function postOf(post: Post, talk: Talk): InboundPost {
  const { authorId } = post;
  const files = post.media.map(attachmentOf);
  const facts = { ...contentOfPost(post, []), ...(files.length > 0 && { files }) };
  const author = authorId === null || authorId === talk.company ? null : authorOf(post, talk);
  return {
    externalId: firstIdOf(post),
    publishedAt: postedAt(post, talk.receivedAt),
    body: post.text,
    url: webUrlOf(firstIdOf(post)),
    ...(author && { authorName: author.displayName ?? author.handle ?? null }),
    ...(Object.keys(facts).length > 0 && { platform: facts }),
  };
}

function messageOf(post: Post, place: Place, talk: Talk): MessageItem {
  const isOwn = post.authorId === talk.company;
  const edited = editedAt(post);
  const { answers, versions } = post;
  const answered = answers && talk.posts.get(answers.id);
  return {
    type: 'message',
    threadKey: place.threadKey,
    ...(place.relatedTo && { relatedTo: place.relatedTo }),
    externalId: firstIdOf(post),
    direction: isOwn ? 'OUTBOUND' : 'INBOUND',
    // in public whom the company talks to is who wrote it
    author: isOwn ? null : place.customer,
    customer: place.customer,
    sentAt: postedAt(post, talk.receivedAt),
    orderKey: orderOfId(firstIdOf(post)),
    body: post.text,
    replyTo: answered ? firstIdOf(answered) : (answers?.id ?? null),
    visibility: 'PUBLIC',
    post: topOf(post, place, talk),
    attachments: post.media.map(attachmentOf),
    content: contentOfPost(post, talk.rules),
    ...(edited && { editedAt: edited }),
    platform: {
      ...(place.rootId !== null && { rootId: place.rootId }),
      ...(versions.length > 1 && { versions }),
    },
  };
}

/** The post that the conversation hangs from, unless the customer began it. */
function topOf(post: Post, { rootId, customer }: Place, talk: Talk): InboundPost | null {
  if (rootId === null || rootId === firstIdOf(post)) return null;
  const known = talk.posts.get(rootId);
  const { answers } = post;
  const authorId = known?.authorId ?? (answers?.id === rootId ? answers.authorId : null);
  if (authorId === null || authorId === customer?.externalId) return null;
  if (known) return { ...postOf(known, talk), ...(known.versions.length > 1 && { body: null }) };
  const author = authorId === talk.company ? null : partyOf(authorId, talk.people);
  return {
    externalId: rootId,
    publishedAt: secondOfId(rootId) ?? postedAt(post, talk.receivedAt),
    url: webUrlOf(rootId),
    ...(author && { authorName: author.displayName ?? author.handle ?? null }),
  };
}
