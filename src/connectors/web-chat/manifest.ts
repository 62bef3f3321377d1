import type { Capabilities, MediaLimit } from '../kit/capabilities';
import type { Manifest } from '../kit/connector';

const files: MediaLimit = { contentTypes: ['*/*'], largestBytes: 20 * 1024 * 1024, most: 10 };

const capabilities: Capabilities = {
  text: { longest: 10_000, unit: 'utf16', markup: 'NONE' },
  media: { image: files, video: files, audio: files, document: files },
  mostAttachments: 10,
  textWithMedia: true,
  replies: true,
  reactions: false,
  edits: false,
  deletions: false,
  hiding: false,
  readMarks: true,
  typing: true,
  templates: false,
  proactive: true,
};

export const manifest = {
  id: 'web-chat',
  label: 'Web chat',
  description: 'A chat on your own pages or in your own app; customers use Parley’s API directly.',
  kind: 'WEB_CHAT',
  hosts: [],
  settings: [
    {
      key: 'origins',
      kind: 'list',
      label: 'Pages with the chat',
      description:
        'The origins of the pages that may open the chat in a browser, such as https://www.example.com.',
      most: 50,
      pattern: 'https?://[a-z0-9.-]+(:[0-9]{1,5})?',
    },
    {
      key: 'allowAnonymous',
      kind: 'toggle',
      label: 'Visitors without an account',
      description: 'Whether people can chat who are not signed in on your side.',
      default: true,
    },
    {
      key: 'signingSecret',
      kind: 'text',
      label: 'Signing secret',
      description:
        'What your server signs the tokens of signed-in customers with (HS256): 32 random bytes or more, in hexadecimal or base64. Left out, only anonymous visitors can chat.',
      optional: true,
      secret: true,
      longest: 500,
      pattern: '[A-Za-z0-9+/=_-]{43,}',
    },
    {
      key: 'welcome',
      kind: 'text',
      label: 'Welcome',
      description: 'What is shown above the first message.',
      optional: true,
      longest: 1_000,
    },
    {
      key: 'intake',
      kind: 'form',
      label: 'Questions at the start',
      description: 'What customers are asked before their first message; agents see the answers.',
      optional: true,
    },
    {
      key: 'fileTypes',
      kind: 'list',
      label: 'Types of files',
      description:
        'Which files customers may send, as media types: image/png, image/* for all images, */* for everything.',
      most: 50,
      pattern: '([a-z0-9.+-]+|\\*)/([a-z0-9.+-]+|\\*)',
      default: ['*/*'],
    },
    {
      key: 'largestFileMb',
      kind: 'number',
      label: 'Largest file',
      description: 'Of a customer’s, in MiB; 0: they can send none.',
      ...{ least: 0, most: 20, default: 20 },
    },
    {
      key: 'messagesPerMinute',
      kind: 'number',
      label: 'Messages in a minute',
      description: 'How many one customer may send in a minute.',
      ...{ least: 1, most: 600, default: 30 },
    },
  ],
  capabilities: { private: capabilities },
  visibility: 'PRIVATE',
  resend: 'idempotent',
} as const satisfies Manifest;
