import type { Party, PartyProfile } from '../kit/item';
import type { Profile } from './lexicon';

/** Somebody, by the id that lasts; handles change hands. */
export function partyOf(profile: Profile): Party {
  const { did, handle, displayName } = profile;
  const facts = factsOf(profile);
  return {
    externalId: did,
    // what the network shows for a handle that does not lead back to the account
    handle: handle === 'handle.invalid' ? null : handle,
    displayName: displayName?.trim() || null,
    ...(Object.keys(facts).length > 0 && { profile: facts }),
  };
}

function factsOf(profile: Profile): PartyProfile {
  const { avatar, description, followersCount, followsCount, postsCount, verification } = profile;
  return {
    ...(followersCount !== undefined && { followerCount: followersCount }),
    ...(followsCount !== undefined && { followsCount }),
    ...(postsCount !== undefined && { postsCount }),
    ...(avatar !== undefined && { avatarUrl: avatar }),
    ...(description !== undefined && { description }),
    ...(verification !== undefined && {
      isVerified:
        verification.verifiedStatus === 'valid' || verification.trustedVerifierStatus === 'valid',
    }),
  };
}
