import type { Connector } from '../kit/connector';

/** Why a conversation can't be answered in public. */
export const unreachable: NonNullable<Connector['unreachable']> = ({ platform }) =>
  platform['isLive'] === true
    ? 'Instagram takes no public answers to comments on live videos: answer in private, while the video runs.'
    : null;
