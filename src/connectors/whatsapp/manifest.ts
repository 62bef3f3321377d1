import type { Manifest } from '../kit/connector';
import { appSettings } from '../meta/settings';

/** Longest text, and longest text beside a file or above buttons, in characters. */
export const longest = { text: 4_096, caption: 1_024 } as const;

const MB = 1_024 * 1_024;

export const manifest: Manifest = {
  id: 'whatsapp',
  label: 'WhatsApp',
  description:
    'Messages of one business phone number by the WhatsApp Cloud API: text, files, choices, reactions, receipts and templates.',
  kind: 'WHATSAPP',
  hosts: ['graph.facebook.com', 'lookaside.fbsbx.com'],
  settings: [
    {
      kind: 'text',
      key: 'phoneNumberId',
      label: 'Phone number ID',
      description:
        'In Meta’s app dashboard under WhatsApp, API setup: an id, not the number itself.',
      pattern: '\\d{5,32}',
    },
    {
      kind: 'text',
      key: 'businessAccountId',
      label: 'WhatsApp Business account ID',
      description: 'In Meta’s app dashboard under WhatsApp, API setup: the account of the number.',
      pattern: '\\d{5,32}',
    },
    {
      kind: 'text',
      key: 'accessToken',
      label: 'Access token',
      description:
        'A system user’s token with whatsapp_business_messaging and whatsapp_business_management.',
      secret: true,
      longest: 1_000,
    },
    appSettings.appSecret,
    appSettings.verifyToken,
    appSettings.apiUrl,
  ],
  capabilities: {
    private: {
      text: { longest: longest.text, unit: 'codePoints', markup: 'NONE' },
      media: {
        image: {
          contentTypes: ['image/jpeg', 'image/png'],
          largestBytes: 5 * MB,
          most: 1,
          longestText: longest.caption,
        },
        video: {
          contentTypes: ['video/mp4', 'video/3gpp'],
          largestBytes: 16 * MB,
          most: 1,
          longestText: longest.caption,
        },
        audio: {
          contentTypes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
          largestBytes: 16 * MB,
          most: 1,
          longestText: 0,
        },
        document: {
          contentTypes: ['*/*'],
          largestBytes: 100 * MB,
          most: 1,
          longestText: longest.caption,
        },
      },
      mostAttachments: 1,
      textWithMedia: true,
      replies: true,
      reactions: true,
      edits: false,
      deletions: false,
      hiding: false,
      readMarks: true,
      typing: false,
      templates: true,
      choices: { most: 10, longestText: longest.caption, longestTitle: 24, longestDescription: 72 },
      proactive: false,
      replyWindow: { hours: 24 },
    },
  },
  visibility: 'PRIVATE',
  // the API knows no key of ours: only a status tells that a message is there
  resend: 'unsafe',
};
