import { z } from 'zod';
import { parseAtUri, postCollection } from './at-uri';
import {
  notification,
  ownRecord,
  postView,
  profile,
  read,
  type Notification,
  type OwnRecord,
  type PostView,
  type Profile,
} from './lexicon';
import type { Session } from './session';
import { saysGone } from './xrpc';

/** What is read from the network, in the account's name. */

/** The most that the network gives at once. */
const PAGE = 100;
const MOST_AT_ONCE = 25;

export interface NotificationPage {
  /** Newest first. */
  notifications: Notification[];
  /** Where the next page begins; null after the last. */
  cursor: string | null;
}

export async function readNotifications(
  session: Session,
  cursor: string | null,
): Promise<NotificationPage> {
  const answer = await session.call({
    method: 'app.bsky.notification.listNotifications',
    params: { limit: PAGE, ...(cursor !== null && { cursor }) },
  });
  const page = read(
    z.object({ notifications: z.array(notification), cursor: z.string().optional() }),
    answer,
  );
  const isLast = page.notifications.length === 0;
  return { notifications: page.notifications, cursor: isLast ? null : (page.cursor ?? null) };
}

/** Posts as they are now; those that are gone or hidden are left out. */
export async function readPosts(
  session: Session,
  uris: readonly string[],
): Promise<Map<string, PostView>> {
  const posts = await inParts(uris, async (part) => {
    const answer = await session.call({
      method: 'app.bsky.feed.getPosts',
      params: { uris: part },
    });
    return read(z.object({ posts: z.array(postView) }), answer).posts;
  });
  return new Map(posts.map((it) => [it.uri, it]));
}

/** People with their figures; those that are gone are left out. */
export async function readProfiles(
  session: Session,
  dids: readonly string[],
): Promise<Map<string, Profile>> {
  const profiles = await inParts(dids, async (part) => {
    const answer = await session.call({
      method: 'app.bsky.actor.getProfiles',
      params: { actors: part },
    });
    return read(z.object({ profiles: z.array(profile) }), answer).profiles;
  });
  return new Map(profiles.map((it) => [it.did, it]));
}

/**
 * Whether a record was surely deleted. Lists leave records out for other reasons too: the author is
 * muted or blocked, or what it was about is gone.
 */
export async function isGone(session: Session, uri: string): Promise<boolean> {
  const { did, collection, rkey } = parseAtUri(uri)!;
  const answer = await session.callUnless(saysGone, {
    method: 'com.atproto.repo.getRecord',
    params: { repo: did, collection, rkey },
  });
  return answer === null;
}

/** Changes with everything that the account writes. */
export async function readRevision(session: Session, did: string): Promise<string> {
  const answer = await session.call({
    method: 'com.atproto.sync.getLatestCommit',
    params: { did },
  });
  return read(z.object({ rev: z.string() }), answer).rev;
}

export interface OwnPage {
  /** Newest first. */
  records: OwnRecord[];
  cursor: string | null;
}

/** The account's own posts, from its own server: without delay, and what is absent is deleted. */
export async function readOwnPosts(
  session: Session,
  did: string,
  cursor: string | null,
): Promise<OwnPage> {
  const answer = await session.call({
    method: 'com.atproto.repo.listRecords',
    params: {
      ...{ repo: did, collection: postCollection, limit: PAGE },
      ...(cursor !== null && { cursor }),
    },
  });
  const page = read(
    z.object({ records: z.array(ownRecord), cursor: z.string().optional() }),
    answer,
  );
  const isLast = page.records.length < PAGE;
  return { records: page.records, cursor: isLast ? null : (page.cursor ?? null) };
}

async function inParts<T>(
  names: readonly string[],
  readPart: (part: readonly string[]) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (let start = 0; start < names.length; start += MOST_AT_ONCE) {
    found.push(...(await readPart(names.slice(start, start + MOST_AT_ONCE))));
  }
  return found;
}
