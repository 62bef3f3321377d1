import type { Manifest } from '../kit/connector';
import type { Question } from '../kit/settings';

const questions: readonly Question[] = [
  { key: 'name', label: 'Your name', kind: 'line', required: false },
  { key: 'email', label: 'Your e-mail address', kind: 'email', required: true },
  { key: 'message', label: 'Your message', kind: 'text', required: true },
];

/** What stands where the settings say nothing else. */
export const defaults = {
  title: 'Contact us',
  thanks: 'Thank you. We have your message.',
  honeypot: 'website',
  mostFiles: 3,
  largestFileMb: 8,
  mostPosts: 20,
  questions,
};

export const manifest = {
  id: 'contact-form',
  label: 'Contact form',
  description:
    'A form on any page, with or without scripts: each submission becomes a conversation with its answers.',
  kind: 'CONTACT_FORM',
  hosts: [],
  settings: [
    {
      key: 'title',
      kind: 'text',
      label: 'Title',
      description: 'Stands over the form, and is the subject where the form asks for none.',
      optional: true,
      longest: 200,
      default: defaults.title,
    },
    {
      key: 'questions',
      kind: 'form',
      label: 'Questions',
      description:
        'What is asked. The answer to message, or else to the first question of several lines, becomes the text of the conversation; the first e-mail address is where answers go.',
      optional: true,
      default: questions,
    },
    {
      key: 'emailChannel',
      kind: 'channel',
      connector: 'email',
      label: 'E-mail channel',
      description:
        'The mailbox that answers go out by, to the address that the form gave; what comes back belongs to the form’s conversation. Left out, nobody can answer.',
      optional: true,
    },
    {
      key: 'origins',
      kind: 'list',
      label: 'Pages',
      description:
        'Origins of the pages that may use the form, such as https://www.example.com; left out, any page may.',
      optional: true,
      most: 50,
      pattern: 'https?://[^\\s/]+',
    },
    {
      key: 'redirectUrl',
      kind: 'text',
      label: 'Page afterwards',
      description:
        'Where people get after sending a form without scripts; left out, to a thank-you page.',
      optional: true,
      pattern: 'https?://\\S+',
      longest: 2_000,
    },
    {
      key: 'thanks',
      kind: 'text',
      label: 'Thanks',
      description: 'What the thank-you page says.',
      optional: true,
      longest: 1_000,
      default: defaults.thanks,
    },
    {
      key: 'honeypot',
      kind: 'text',
      label: 'Trap for machines',
      description:
        'Name of a field that people don’t see: whatever comes with it filled in is dropped without a word.',
      optional: true,
      pattern: '[A-Za-z][A-Za-z0-9_-]{0,49}',
      default: defaults.honeypot,
    },
    {
      key: 'mostFiles',
      kind: 'number',
      label: 'Most files',
      description: 'How many files one submission may hold; 0 for none.',
      optional: true,
      least: 0,
      most: 10,
      default: defaults.mostFiles,
    },
    {
      key: 'largestFileMb',
      kind: 'number',
      label: 'Largest file in MiB',
      description: 'A submission as a whole may have 24 MiB.',
      optional: true,
      least: 1,
      most: 20,
      default: defaults.largestFileMb,
    },
    {
      key: 'mostPosts',
      kind: 'number',
      label: 'Most submissions',
      description: 'How often one network address may send the form in ten minutes.',
      optional: true,
      least: 1,
      most: 10_000,
      default: defaults.mostPosts,
    },
  ],
  capabilities: {},
  answersBy: 'emailChannel',
  visibility: 'PRIVATE',
  resend: 'unsafe',
} as const satisfies Manifest;
