import { isIP } from 'node:net';
import { z } from 'zod';
import type { ChoiceField, ListField, NumberField, SettingField, TextField } from './settings';
import { questions } from './questions';

const LONGEST = { text: 2_000, url: 2_000, entry: 500 };

/** Control characters other than tab and line ends. */
const control = /(?![\u0080-\u009f])[^\P{Cc}\t\n\r]/u;
/** Spaces and what no browser shows: the URL parser would drop some of it without a word. */
const invisible = /[\s\p{Cc}\p{Cf}]/u;
const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;
/** URL parsers take a host whose end is a number for an address. */
const numeric = /(^|\.)(\d+|0x[\da-f]*)$/;

/** What one setting may be, by its line in the manifest. */
export function fieldShape(field: SettingField): z.ZodType {
  switch (field.kind) {
    case 'text':
      return textShape(field);
    case 'url':
      return urlShape;
    case 'host':
      return hostShape;
    case 'number':
      return numberShape(field);
    case 'toggle':
      return z.boolean('Must be true or false.');
    case 'choice':
      return choiceShape(field);
    case 'list':
      return listShape(field);
    case 'form':
      return questions;
    case 'channel':
      return z.string('Must be the id of a channel.').max(100, 'Must be the id of a channel.');
  }
}

/** Secrets are kept to the letter; what people see is trimmed. */
function textShape({ longest = LONGEST.text, pattern, secret }: TextField): z.ZodType {
  return z
    .string('Must be text.')
    .transform((text) => (secret ? text : text.trim()))
    .pipe(
      z
        .string()
        .min(1, 'Must not be empty.')
        .max(longest, { error: `Must be at most ${longest} characters.`, abort: true })
        .refine((text) => !control.test(text) && text.isWellFormed(), {
          error: 'Must be text without control characters.',
          abort: true,
        })
        .refine((text) => matches(text, pattern), `Must match ${pattern}.`),
    );
}

const urlShape = z
  .string('Must be a URL.')
  .max(LONGEST.url, `Must be at most ${LONGEST.url} characters.`)
  .transform((text, context) => {
    const problem = urlProblem(text);
    if (problem === null) return withoutFragment(text);
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

function urlProblem(text: string): string | null {
  if (invisible.test(text) || !text.isWellFormed() || !URL.canParse(text)) {
    return 'Must be a URL, such as https://example.com.';
  }
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'Must begin with https://.';
  if (username !== '' || password !== '') return 'Must not hold a user or a password.';
  return null;
}

function withoutFragment(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

const hostShape = z
  .string('Must be a host.')
  .transform((text) =>
    text
      .trim()
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^\[(.*)\]$/, '$1'),
  )
  .refine((host) => isIP(host) !== 0 || (hostName.test(host) && !numeric.test(host)), {
    error: 'Must be the name or address of a host, such as mail.example.com.',
  });

function numberShape({ least, most }: NumberField): z.ZodType {
  const message = `Must be a whole number from ${least} to ${most}.`;
  return z.int(message).min(least, message).max(most, message);
}

function choiceShape({ choices }: ChoiceField): z.ZodType {
  const values = choices.map(({ value }) => value);
  return z.enum(values, `Must be one of ${values.join(', ')}.`);
}

/** Entries that are there twice count once. */
function listShape({ most, pattern, optional, ...field }: ListField): z.ZodType {
  const least = optional || field.default ? 0 : 1;
  const entry = textShape({
    ...field,
    kind: 'text',
    longest: LONGEST.entry,
    pattern,
    default: undefined,
  });
  return z
    .array(entry, 'Must be a list of texts.')
    .refine((entries) => entries.length >= least, 'Must hold something.')
    .refine((entries) => entries.length <= most, `Must hold at most ${most}.`)
    .transform((entries) => [...new Set(entries)]);
}

function matches(text: string, pattern: string | undefined): boolean {
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(text);
}
