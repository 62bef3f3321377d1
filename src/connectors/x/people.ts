import type { Party, PartyProfile } from '../kit/item';
import { fieldsOf, flagOf, idOf, listOf, numberOf, oneOf, textOf, type Fields } from './fields';

/** Everybody of whom a delivery tells, by their ids. */
export type People = ReadonlyMap<string, Fields>;

/** From what stands beside a payload: a list of users, or a map of them by id. */
export function peopleOf(...sources: readonly unknown[]): Map<string, Fields> {
  const people = new Map<string, Fields>();
  for (const source of sources) {
    const users = Array.isArray(source)
      ? listOf(source)
      : Object.values(fieldsOf(source) ?? {}).flatMap(oneOf);
    for (const user of users) {
      const id = idOf(user, 'id');
      if (id !== null) people.set(id, user);
    }
  }
  return people;
}

/** Somebody by their id; handles change hands. */
export function partyOf(id: string, people: People, handle: string | null = null): Party {
  const user = people.get(id);
  if (!user) return { externalId: id, ...(handle !== null && { handle }) };
  const profile = profileOf(user);
  return {
    externalId: id,
    handle: textOf(user.username) ?? textOf(user.screen_name) ?? handle,
    displayName: textOf(user.name)?.trim() || null,
    ...(Object.keys(profile).length > 0 && { profile }),
  };
}

function profileOf(user: Fields): PartyProfile {
  const metrics = fieldsOf(user.public_metrics) ?? {};
  const followerCount = numberOf(metrics.followers_count ?? user.followers_count);
  const followingCount = numberOf(metrics.following_count ?? user.friends_count);
  const postCount = numberOf(metrics.tweet_count ?? metrics.post_count ?? user.statuses_count);
  const isVerified = flagOf(user.verified);
  const isProtected = flagOf(user.protected);
  const verifiedType = textOf(user.verified_type);
  const avatarUrl = textOf(user.profile_image_url) ?? textOf(user.profile_image_url_https);
  const bannerUrl = textOf(user.profile_banner_url);
  const description = textOf(user.description);
  const location = textOf(user.location);
  const url = expandedUrlOf(user);
  const affiliation = textOf(fieldsOf(user.affiliation)?.description);
  return {
    ...(followerCount !== undefined && { followerCount }),
    ...(followingCount !== undefined && { followingCount }),
    ...(postCount !== undefined && { postCount }),
    ...(isVerified !== undefined && { isVerified }),
    ...(verifiedType !== null && verifiedType !== 'none' && { verifiedType }),
    ...(isProtected !== undefined && { isProtected }),
    ...(avatarUrl !== null && { avatarUrl }),
    ...(bannerUrl !== null && { bannerUrl }),
    ...(description !== null && { description }),
    ...(location !== null && { location }),
    ...(url !== null && { url }),
    ...(affiliation !== null && { affiliation }),
  };
}

/** The page that somebody names, behind X's short link. */
function expandedUrlOf(user: Fields): string | null {
  const [link] = listOf(fieldsOf(fieldsOf(user.entities)?.url)?.urls);
  return textOf(link?.expanded_url) ?? textOf(user.url);
}

/** What `profile.update.*` tells, by the end of its name. */
export function profileChange(what: string, after: unknown): Omit<Party, 'externalId'> | null {
  const text = textOf(after);
  switch (what) {
    case 'handle':
      return text === null ? null : { handle: text.replace(/^@/, '') };
    // the name that people see, in spite of how it is called
    case 'screenname':
      return text === null ? null : { displayName: text };
    case 'bio':
      return { profile: { description: text ?? '' } };
    case 'profile_picture':
      return text === null ? null : { profile: { avatarUrl: text } };
    case 'banner_picture':
      return { profile: { bannerUrl: text ?? '' } };
    case 'geo':
      return { profile: { location: text ?? '' } };
    case 'url':
      return { profile: { url: text ?? '' } };
    case 'affiliate_badge':
      return { profile: { affiliation: text ?? '' } };
    case 'verified_badge':
      return { profile: verification(after) };
    default:
      return null;
  }
}

function verification(after: unknown): PartyProfile {
  const isVerified = flagOf(after);
  if (isVerified !== undefined) return { isVerified };
  const verifiedType = textOf(after);
  const isNone = verifiedType === null || /^(none|not[ _]?verified)$/i.test(verifiedType);
  return isNone ? { isVerified: false } : { isVerified: true, verifiedType };
}
