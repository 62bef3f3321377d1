import type { Manifest } from '../kit/connector';
import { silent } from '../kit/capabilities';
import { appSettings } from '../meta/settings';

const MB = 1_024 * 1_024;

/** For how many hours a comment can be answered in private. */
const PRIVATE_REPLY_HOURS = 7 * 24;

export const manifest: Manifest = {
  id: 'instagram',
  label: 'Instagram',
  description:
    'A professional account: direct messages, comments on posts, reels and live videos, and mentions.',
  kind: 'INSTAGRAM',
  hosts: [
    'graph.facebook.com',
    'graph.instagram.com',
    '*.cdninstagram.com',
    '*.fbcdn.net',
    '*.fbsbx.com',
  ],
  settings: [
    {
      kind: 'choice',
      key: 'signIn',
      label: 'Sign-in',
      description:
        'Which of Meta’s two sign-ins the access token is from: that of the Facebook Page that the account belongs to, or that of the Instagram account itself.',
      choices: [
        { value: 'FACEBOOK_LOGIN', label: 'Facebook Login (Page token)' },
        { value: 'INSTAGRAM_LOGIN', label: 'Instagram Login' },
      ],
      default: 'FACEBOOK_LOGIN',
    },
    {
      kind: 'text',
      key: 'accessToken',
      label: 'Access token',
      description:
        'Of the Page, or long-lived of the Instagram account; Parley renews the latter as long as the channel is connected.',
      secret: true,
      longest: 1_000,
    },
    {
      ...appSettings.appSecret,
      description:
        'Of the app in Meta’s dashboard: the Instagram app secret for Instagram Login, and else the one under App settings, Basic. What comes from Meta is signed with it.',
    },
    appSettings.verifyToken,
    {
      kind: 'url',
      key: 'apiUrl',
      label: 'API address',
      description:
        'Where the API is. Left out, Meta’s own for the sign-in: https://graph.facebook.com or https://graph.instagram.com.',
      optional: true,
    },
    {
      kind: 'text',
      key: 'pageId',
      label: 'Page',
      description: 'The id of the Page that the account belongs to.',
      optional: true,
      internal: true,
    },
    {
      kind: 'text',
      key: 'scopedId',
      label: 'Id within the app',
      description: 'Another id that Instagram Login knows the account by.',
      optional: true,
      internal: true,
    },
    {
      kind: 'text',
      key: 'renewedToken',
      label: 'Renewed token',
      description: 'What the access token was exchanged for.',
      secret: true,
      optional: true,
      internal: true,
    },
    {
      kind: 'text',
      key: 'renewal',
      label: 'Renewal',
      description: 'Of which token, when, and until when.',
      secret: true,
      optional: true,
      internal: true,
    },
  ],
  capabilities: {
    private: {
      ...silent,
      text: { longest: 1_000, unit: 'bytes', markup: 'NONE' },
      media: {
        image: {
          contentTypes: ['image/png', 'image/jpeg', 'image/gif'],
          largestBytes: 8 * MB,
          most: 1,
        },
        video: {
          contentTypes: [
            'video/mp4',
            'video/ogg',
            'video/x-msvideo',
            'video/quicktime',
            'video/webm',
          ],
          largestBytes: 25 * MB,
          most: 1,
        },
        audio: {
          contentTypes: ['audio/aac', 'audio/mp4', 'audio/x-m4a', 'audio/wav'],
          largestBytes: 25 * MB,
          most: 1,
        },
      },
      mostAttachments: 1,
      replies: true,
      reactions: true,
      reactionChoices: ['love'],
      readMarks: true,
      replyWindow: { hours: 24, humanHours: 7 * 24 },
    },
    public: {
      ...silent,
      text: { longest: 2_200, unit: 'utf16', markup: 'NONE' },
      replies: true,
      deletions: true,
      deletionsOfOthers: true,
      hiding: true,
      privateReplies: { hours: PRIVATE_REPLY_HOURS },
    },
  },
  visibility: 'PRIVATE',
  // the API knows no key of ours, but what is there can be looked at
  resend: 'looks',
};
