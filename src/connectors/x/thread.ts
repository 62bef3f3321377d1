import type { Party } from '../kit/item';
import { partyOf, type People } from './people';
import { firstIdOf, type Post } from './post';

/** Where a post belongs. */
export interface Place {
  threadKey: string;
  /** The post at the top of the tree; null where that is not told. */
  rootId: string | null;
  /** Whom the company talks to; null where that is not told. */
  customer: Party | null;
  /** Messages that it goes with, where the root is not told. */
  relatedTo: readonly string[] | null;
}

/** What a post is known among. */
export interface Surroundings {
  company: string;
  people: People;
  /** Posts of the same delivery, by each of their ids. */
  posts: ReadonlyMap<string, Post>;
}

/**
 * In public one conversation is what the company and one person say to each other under one root.
 * Both are named by each post itself, so that posts come to the same conversations in any order; only
 * where X does not name the root (Account Activity) do answers go where what they answer is.
 *
 * @returns null for what the company says to nobody: a post of its own, or more of the same.
 */
export function placeOf(post: Post, around: Surroundings): Place | null {
  const isOwn = post.authorId === around.company;
  if (isOwn && !post.answers) return null;
  const customer = isOwn ? spokenTo(post, around) : authorOf(post, around);
  if (isOwn && customer === null && addressee(post, around) === around.company) return null;
  const rootId = rootOf(post, around);
  return {
    threadKey: `${rootId ?? post.answers!.id}/${customer?.externalId ?? ''}`,
    ...{ rootId, customer },
    relatedTo: rootId === null || customer === null ? [post.answers!.id] : null,
  };
}

export function authorOf({ authorId, authorHandle }: Post, { people }: Surroundings): Party {
  return partyOf(authorId!, people, authorHandle);
}

/** Whose post it answers; null where that is not told. */
function addressee({ answers }: Post, { posts }: Surroundings): string | null {
  return answers!.authorId ?? posts.get(answers!.id)?.authorId ?? null;
}

/** Whom the company speaks to; where it goes on from a post of its own, whom that one spoke to. */
function spokenTo(post: Post, around: Surroundings): Party | null {
  const { company, people } = around;
  const id = addressee(post, around);
  const named = post.mentions.filter((it) => it.id !== null && it.id !== company);
  if (id !== null && id !== company) {
    return partyOf(id, people, named.find((it) => it.id === id)?.handle ?? null);
  }
  const first = named.find(({ start }) => start < post.textStart);
  return first ? partyOf(first.id!, people, first.handle) : null;
}

/** The post at the top, by its first id. */
function rootOf(post: Post, { posts }: Surroundings): string | null {
  const { rootId, versions } = post;
  if (rootId !== null && versions.includes(rootId)) return firstIdOf(post);
  const root = rootId === null ? undefined : posts.get(rootId);
  return root ? firstIdOf(root) : rootId;
}
