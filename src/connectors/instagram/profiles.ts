import type { InboundItem, LookUpItem } from '../kit/item';
import type { LookUp } from '../kit/look-up';
import { idIn, textIn, type Values } from '../meta/values';

/** What is asked of people who write; they have agreed to it by writing. */
export const PROFILE_FIELDS =
  'name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user';

export function lookUpProfile(personId: string): LookUpItem {
  return { type: 'lookUp', key: `profile:${personId}`, about: { kind: 'profile', personId } };
}

/** Who writes, once Meta was asked. */
export function readProfile({ about }: LookUp, answer: Values, at: Date): InboundItem[] {
  const externalId = idIn(about, 'personId');
  if (externalId === null) return [];
  const avatarUrl = textIn(answer, 'profile_pic');
  const { follower_count: followers, is_verified_user: isVerified } = answer;
  const { is_user_follow_business: follows, is_business_follow_user: isFollowed } = answer;
  return [
    {
      type: 'party',
      at,
      party: {
        externalId,
        handle: textIn(answer, 'username'),
        displayName: textIn(answer, 'name'),
        profile: {
          ...(typeof followers === 'number' && { followerCount: followers }),
          ...(typeof isVerified === 'boolean' && { isVerified }),
          ...(avatarUrl && { avatarUrl }),
          ...(typeof follows === 'boolean' && { followsCompany: follows }),
          ...(typeof isFollowed === 'boolean' && { isFollowedByCompany: isFollowed }),
        },
      },
    },
  ];
}
