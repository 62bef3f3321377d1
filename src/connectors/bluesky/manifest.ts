import type { Manifest } from '../kit/connector';
import { longestText } from './facets';

/** Largest image that the network's schema of posts takes (since 2026; 1,000,000 before). */
export const largestImage = 2_000_000;

export const manifest: Manifest = {
  id: 'bluesky',
  label: 'Bluesky',
  description:
    'Mentions, replies, quotes, likes, reposts and followers of an account, and answers in its name.',
  kind: 'BLUESKY',
  hosts: ['bsky.social', '*.host.bsky.network', 'plc.directory', 'cdn.bsky.app', 'video.bsky.app'],
  settings: [
    {
      kind: 'text',
      key: 'identifier',
      label: 'Handle or e-mail address',
      description: 'What you sign in with, such as brand.bsky.social.',
      longest: 320,
    },
    {
      kind: 'text',
      key: 'appPassword',
      label: 'App password',
      description: 'Made in Bluesky under Settings, Privacy and security, App passwords.',
      secret: true,
      longest: 256,
    },
    {
      kind: 'url',
      key: 'service',
      label: 'Server',
      description: 'The server that holds the account, where that is not Bluesky’s own.',
      default: 'https://bsky.social',
    },
    {
      kind: 'number',
      key: 'historyDays',
      label: 'Days of history',
      description: 'How far back is read when the account is connected.',
      least: 0,
      most: 90,
      default: 7,
    },
    {
      kind: 'text',
      key: 'accessJwt',
      label: 'Access token',
      description: 'Lasts about two hours.',
      secret: true,
      internal: true,
      optional: true,
    },
    {
      kind: 'text',
      key: 'refreshJwt',
      label: 'Refresh token',
      description: 'Lasts about 90 days, and is renewed with each access token.',
      secret: true,
      internal: true,
      optional: true,
    },
    {
      kind: 'url',
      key: 'server',
      label: 'The account’s own server',
      description: 'As the network’s directory names it at sign-in.',
      internal: true,
      optional: true,
    },
  ],
  capabilities: {
    public: {
      text: { longest: longestText.graphemes, unit: 'graphemes', markup: 'NONE' },
      media: { image: { contentTypes: ['image/*'], largestBytes: largestImage, most: 4 } },
      mostAttachments: 4,
      textWithMedia: true,
      replies: true,
      reactions: false,
      edits: false,
      deletions: true,
      hiding: false,
      readMarks: false,
      typing: false,
      templates: false,
      proactive: false,
    },
  },
  visibility: 'PUBLIC',
  resend: 'idempotent',
};
