import type { InboundItem, Party } from '../kit/item';
import { bareOf, fieldsOf, idOf, momentOf, textOf, type Fields } from './fields';
import { webUrlOf } from './ids';
import { partyOf, peopleOf, profileChange, type People } from './people';
import type { Post } from './post';

/** Who likes what. */
export interface Like {
  id: string | null;
  postId: string;
  /** Null for the company itself. */
  actor: Party | null;
  at: Date;
  removed: boolean;
  /** The post, where it came along. */
  post: Post | null;
}

/**
 * A like is a reaction to a message or post, and so a moment of who gave it: for posts Parley sees to
 * that itself, for the company's own answers it is told here.
 */
export function likeItems({ id, postId, actor, at, removed, post }: Like): InboundItem[] {
  const reaction: InboundItem = {
    ...{ type: 'reaction', externalId: postId, actor, reaction: 'like', removed, at },
    ...(id !== null && !removed && { reactionId: id }),
  };
  if (actor === null || !post?.answers) return [reaction];
  const moment: InboundItem = {
    type: 'touchpoint',
    party: actor,
    touchpoint: removed ? 'post_unliked' : 'post_liked',
    externalId: `${removed ? 'unlike' : 'like'}/${id ?? `${actor.externalId}/${postId}`}`,
    occurredAt: at,
    properties: { post: postId, url: webUrlOf(postId) },
  };
  return [reaction, moment];
}

/** What one account does to another, in one direction or the other. */
const deeds = new Set(['follow', 'unfollow', 'mute', 'unmute', 'block', 'unblock']);

/**
 * A moment of the other side's: what it does to the company by its plain name, what the company does
 * to it with `company_` in front.
 * @param name what tells this time from another; null where nothing does but the time.
 */
export function deedItem(
  event: Fields,
  deed: string,
  { company, at, name }: { company: string; at: Date; name: string | null },
): InboundItem | null {
  const source = bareOf(event.source);
  const target = bareOf(event.target);
  const [sourceId, targetId] = [idOf(source, 'id'), idOf(target, 'id')];
  if (sourceId === null || targetId === null || !deeds.has(deed)) return null;
  if (sourceId === targetId) return null;
  const isOwn = sourceId === company;
  return {
    type: 'touchpoint',
    party: partyOf(isOwn ? targetId : sourceId, peopleOf([source, target])),
    touchpoint: isOwn ? `company_${deed}` : deed,
    externalId: name ?? `${deed}/${sourceId}/${targetId}/${at.getTime()}`,
    occurredAt: at,
    ...(!isOwn && targetId !== company && { properties: { target: targetId } }),
  };
}

/** News of somebody's profile; null for the company's own, which is no customer. */
export function profileItem(
  userId: string,
  eventType: string,
  payload: Fields,
  { company, at, people }: { company: string; at: Date; people: People },
): InboundItem | null {
  const change = profileChange(eventType.replace('profile.update.', ''), payload.after);
  if (!change || userId === company) return null;
  const known = partyOf(userId, people);
  const profile = { ...known.profile, ...change.profile };
  return { type: 'party', at, party: { ...known, ...change, profile } };
}

/** That the company's account has taken back what it allowed; null for somebody else's. */
export function revocation(userId: string | null, at: Date, company: string): InboundItem | null {
  if (userId !== company) return null;
  return {
    ...{ type: 'health', health: 'NEEDS_RECONNECT', at },
    reason: 'The account has taken back the app’s permission on X: connect it again.',
  };
}

/** The two forms in which it comes. */
export function revoked(payload: Fields): { userId: string | null; at: Date | null } {
  const userId = idOf(payload, 'user_id') ?? idOf(fieldsOf(payload.source), 'user_id');
  return { userId, at: momentOf(textOf(payload.date_time)) };
}
