import type { Capabilities } from '../kit/capabilities';
import type { Manifest } from '../kit/connector';
import { SECRET_PATTERN } from '../kit/standard-webhooks';

/** Your transport may do more or less; nothing of it is known here. */
const capabilities: Capabilities = {
  text: { longest: 65_536, unit: 'utf16', markup: 'NONE' },
  // in the body of the request, and so not the largest
  media: { document: { contentTypes: ['*/*'], largestBytes: 5 * 1024 * 1024, most: 5 } },
  mostAttachments: 5,
  textWithMedia: true,
  replies: true,
  reactions: false,
  edits: false,
  deletions: false,
  hiding: false,
  readMarks: false,
  typing: false,
  templates: false,
  proactive: true,
};

export const manifest = {
  id: 'custom',
  label: 'Your own transport',
  description:
    'Brings any other platform: your program posts what happens there, signed, and is told what to send.',
  kind: 'CUSTOM',
  hosts: [],
  settings: [
    {
      key: 'signingSecret',
      kind: 'text',
      label: 'Signing secret',
      description:
        'What both sides sign their requests with, after the Standard Webhooks specification: whsec_ and 24 to 64 random bytes in base64.',
      secret: true,
      pattern: SECRET_PATTERN,
    },
    {
      key: 'sendUrl',
      kind: 'url',
      label: 'Address for outgoing messages',
      description: 'Where your program takes what Parley sends; left out, nothing can be sent.',
      optional: true,
    },
  ],
  capabilities: { private: capabilities, public: capabilities },
  visibility: 'PRIVATE',
  resend: 'looks',
} as const satisfies Manifest;
