import type { Capabilities } from '../kit/capabilities';

const MEGABYTE = 1_048_576;

/** Most files of the kind in one post; a film or a moving picture goes alone. */
export const mostPictures = 4;

const images = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

/** In public: posts. */
export const inPublic: Capabilities = {
  text: { longest: 280, unit: 'weighted', markup: 'NONE' },
  media: {
    image: { contentTypes: images, largestBytes: 5 * MEGABYTE, most: mostPictures },
    video: { contentTypes: ['video/mp4'], largestBytes: 512 * MEGABYTE, most: 1 },
  },
  mostAttachments: mostPictures,
  textWithMedia: true,
  replies: true,
  reactions: true,
  reactionChoices: ['like'],
  edits: false,
  deletions: true,
  hiding: true,
  privateReplies: { hours: 8_760 },
  readMarks: false,
  typing: false,
  templates: false,
  proactive: false,
};

/** In private: direct messages. */
export const inPrivate: Capabilities = {
  ...inPublic,
  text: { longest: 10_000, unit: 'codePoints', markup: 'NONE' },
  media: {
    image: { contentTypes: images, largestBytes: 5 * MEGABYTE, most: 1 },
    video: { contentTypes: ['video/mp4'], largestBytes: 512 * MEGABYTE, most: 1 },
  },
  mostAttachments: 1,
  replies: false,
  reactions: false,
  reactionChoices: undefined,
  hiding: false,
  privateReplies: undefined,
};
