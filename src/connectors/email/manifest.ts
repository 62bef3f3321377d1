import type { Capabilities } from '../kit/capabilities';
import type { Manifest } from '../kit/connector';
import { SECRET_PATTERN } from '../kit/standard-webhooks';
import { defaults } from './settings';

/** Most servers take 25 MB, and base64 makes a third more of a file. */
const LARGEST_FILE = 18 * 1024 * 1024;

const files = { contentTypes: ['*/*'], largestBytes: LARGEST_FILE, most: 10 };

const capabilities: Capabilities = {
  text: { longest: 100_000, unit: 'utf16', markup: 'NONE' },
  media: { image: files, video: files, audio: files, document: files },
  mostAttachments: 10,
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

const security = [
  { value: 'TLS', label: 'TLS from the first byte' },
  { value: 'STARTTLS', label: 'STARTTLS, never without' },
  { value: 'NONE', label: 'Not encrypted, where the operator allows it' },
];

const ADDRESS = '[^\\s@<>"]+@[^\\s@<>"]+';

export const manifest = {
  id: 'email',
  label: 'E-mail',
  description:
    'A mailbox: read by IMAP or brought by a forwarder that posts raw messages, answered by SMTP.',
  kind: 'EMAIL',
  hosts: [],
  settings: [
    {
      key: 'address',
      kind: 'text',
      label: 'Address',
      description: 'The address that customers write to, and that answers come from.',
      pattern: ADDRESS,
      longest: 254,
    },
    {
      key: 'senderName',
      kind: 'text',
      label: 'Name of the sender',
      description: 'The name beside the address; left out, the name of who answers.',
      optional: true,
      longest: 100,
    },
    {
      key: 'aliases',
      kind: 'list',
      label: 'Further addresses',
      description: 'Other addresses whose mail comes to this mailbox: what they send is our own.',
      optional: true,
      most: 50,
      pattern: ADDRESS,
    },
    {
      key: 'replyAddress',
      kind: 'text',
      label: 'Address for answers',
      description:
        'Where answers go so that their conversation is known whatever the customer’s program does: support+{token}@example.com where the server knows plus addresses, or {token}@reply.example.com where all of a domain comes to this mailbox.',
      optional: true,
      pattern: '[^\\s@<>"{}]*\\{token\\}[^\\s@<>"{}]*@[^\\s@<>"{}]+',
      longest: 200,
    },
    {
      key: 'userName',
      kind: 'text',
      label: 'User name',
      description: 'What the servers know the mailbox as; left out, its address.',
      optional: true,
      longest: 254,
    },
    {
      key: 'password',
      kind: 'text',
      label: 'Password',
      description: 'The mailbox’s password, or one for programs; left out where tokens are used.',
      optional: true,
      secret: true,
      longest: 1_000,
    },
    {
      key: 'imapHost',
      kind: 'host',
      label: 'IMAP server',
      description: 'Where the mailbox is read; left out where a forwarder posts the messages.',
      optional: true,
    },
    {
      key: 'imapPort',
      kind: 'number',
      label: 'IMAP port',
      description: '993 with TLS, 143 else.',
      optional: true,
      least: 1,
      most: 65_535,
      default: defaults.imap.port,
    },
    {
      key: 'imapSecurity',
      kind: 'choice',
      label: 'Protection of IMAP',
      description: 'How the connection is encrypted.',
      optional: true,
      choices: security,
      default: defaults.imap.security,
    },
    {
      key: 'smtpHost',
      kind: 'host',
      label: 'SMTP server',
      description: 'Where messages are handed in; left out, nothing can be sent.',
      optional: true,
    },
    {
      key: 'smtpPort',
      kind: 'number',
      label: 'SMTP port',
      description: '587 with STARTTLS, 465 with TLS.',
      optional: true,
      least: 1,
      most: 65_535,
      default: defaults.smtp.port,
    },
    {
      key: 'smtpSecurity',
      kind: 'choice',
      label: 'Protection of SMTP',
      description: 'How the connection is encrypted.',
      optional: true,
      choices: security,
      default: defaults.smtp.security,
    },
    {
      key: 'certificate',
      kind: 'text',
      label: 'Certificate of an authority',
      description:
        'PEM of an authority of your own that signed the servers’ certificates; their names are checked all the same.',
      optional: true,
      longest: 20_000,
    },
    {
      key: 'folders',
      kind: 'list',
      label: 'Folders',
      description:
        'What is read; the first one without delay, the others in turns. Of a folder for sent messages, what people sent beside Parley is taken in as the company’s own.',
      optional: true,
      most: 10,
      default: ['INBOX'],
    },
    {
      key: 'historyDays',
      kind: 'number',
      label: 'History in days',
      description: 'How far back the mailbox is read at the first start.',
      optional: true,
      least: 0,
      most: 3_650,
      default: 30,
    },
    {
      key: 'pollSeconds',
      kind: 'number',
      label: 'Seconds between looks',
      description: 'How often folders are looked at that the server tells no news of.',
      optional: true,
      least: 5,
      most: 3_600,
      default: 60,
    },
    {
      key: 'copyToSelf',
      kind: 'toggle',
      label: 'Copy to the mailbox',
      description:
        'Whether the mailbox gets a hidden copy of what is sent, by which it is known what became of a message when the connection broke. Off where the provider keeps what is sent.',
      default: true,
    },
    {
      key: 'tokenUrl',
      kind: 'url',
      label: 'Token address',
      description: 'Where access tokens are renewed, for sign-in by OAuth 2.0 (XOAUTH2).',
      optional: true,
    },
    {
      key: 'clientId',
      kind: 'text',
      label: 'Client id',
      description: 'Of your application at the provider, for sign-in by OAuth 2.0.',
      optional: true,
      longest: 500,
    },
    {
      key: 'clientSecret',
      kind: 'text',
      label: 'Client secret',
      description: 'Of your application at the provider, where it has one.',
      optional: true,
      secret: true,
      longest: 1_000,
    },
    {
      key: 'refreshToken',
      kind: 'text',
      label: 'Refresh token',
      description: 'What access tokens are renewed with; given at consent.',
      optional: true,
      secret: true,
      longest: 10_000,
    },
    {
      key: 'accessToken',
      kind: 'text',
      label: 'Access token',
      description: 'The token of now, where there is one already.',
      optional: true,
      secret: true,
      longest: 10_000,
    },
    {
      key: 'accessTokenUntil',
      kind: 'text',
      label: 'End of the access token',
      description: 'When it ends, as far as the provider says.',
      optional: true,
      internal: true,
    },
    {
      key: 'webhookSecret',
      kind: 'text',
      label: 'Secret of the forwarder',
      description:
        'What requests that bring messages are signed with (Standard Webhooks), or their password in basic authentication: whsec_ and 24 to 64 random bytes in base64. Left out, none is taken.',
      optional: true,
      secret: true,
      pattern: SECRET_PATTERN,
    },
  ],
  capabilities: { private: capabilities },
  visibility: 'PRIVATE',
  resend: 'looks',
} as const satisfies Manifest;
