import type { Capabilities } from '../kit/capabilities';
import type { Manifest } from '../kit/connector';
import { appSettings } from '../meta/settings';

const MB = 1_024 * 1_024;

/** For how many hours Meta takes an answer: of anybody, and of a person. */
const replyWindow = { hours: 24, humanHours: 168 };

/** How old a comment may be that is answered in private, in hours. */
export const privateReplyHours = 7 * 24;

const messenger: Capabilities = {
  text: { longest: 2_000, unit: 'utf16', markup: 'NONE' },
  media: {
    image: {
      contentTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
      largestBytes: 8 * MB,
      most: 1,
    },
    video: {
      contentTypes: ['video/mp4', 'video/quicktime', 'video/webm', 'video/ogg'],
      largestBytes: 25 * MB,
      most: 1,
    },
    audio: {
      contentTypes: ['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/wav', 'audio/ogg'],
      largestBytes: 25 * MB,
      most: 1,
    },
    document: { contentTypes: ['*/*'], largestBytes: 25 * MB, most: 1 },
  },
  mostAttachments: 1,
  textWithMedia: false,
  replies: true,
  reactions: true,
  edits: false,
  deletions: false,
  hiding: false,
  readMarks: true,
  typing: true,
  templates: false,
  choices: { most: 13, longestTitle: 20 },
  proactive: false,
  replyWindow,
};

const comments: Capabilities = {
  text: { longest: 8_000, unit: 'utf16', markup: 'NONE' },
  media: {
    image: {
      contentTypes: ['image/png', 'image/jpeg', 'image/gif'],
      largestBytes: 4 * MB,
      most: 1,
    },
  },
  mostAttachments: 1,
  textWithMedia: true,
  replies: true,
  reactions: true,
  reactionChoices: ['like'],
  edits: false,
  deletions: true,
  deletionsOfOthers: true,
  hiding: true,
  privateReplies: { hours: privateReplyHours },
  readMarks: false,
  typing: false,
  templates: false,
  proactive: false,
};

export const manifest: Manifest = {
  id: 'facebook',
  label: 'Facebook Page',
  description:
    'A Page’s Messenger talk, posts, comments, reactions, mentions and reviews, and answers in its name.',
  kind: 'FACEBOOK',
  hosts: ['graph.facebook.com', '*.fbcdn.net', '*.fbsbx.com', '*.facebook.com'],
  settings: [
    {
      kind: 'text',
      key: 'pageId',
      label: 'Page ID',
      description: 'In the Page’s About section under Page transparency: digits.',
      pattern: '\\d{1,32}',
    },
    {
      kind: 'text',
      key: 'pageAccessToken',
      label: 'Page access token',
      description:
        'A token of this Page with pages_messaging, pages_manage_engagement, pages_read_engagement, pages_read_user_content and pages_manage_metadata.',
      secret: true,
      longest: 1_000,
    },
    {
      kind: 'text',
      key: 'appId',
      label: 'App ID',
      description:
        'In Meta’s app dashboard under App settings, Basic. By it Parley knows its own messages.',
      pattern: '\\d{1,32}',
      optional: true,
    },
    appSettings.appSecret,
    appSettings.verifyToken,
    appSettings.apiUrl,
  ],
  capabilities: { private: messenger, public: comments },
  visibility: 'PRIVATE',
  resend: 'looks',
};
