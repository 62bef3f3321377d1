import type { Question } from '../kit/settings';

/** What somebody answered. */
export interface Answer {
  key: string;
  label: string;
  value: string;
}

/** What is wrong with what somebody sent, and where. */
export interface Problem {
  /** Name of the field. */
  field: string;
  message: string;
}

/** The form filled in. */
export interface Answered {
  /** What was given, whether or not it may be; questions without an answer are left out. */
  answers: Answer[];
  problems: Problem[];
}

const LONGEST = { line: 200, text: 10_000, email: 254, phone: 40, choice: 200, consent: 10 };

/** Most characters of an answer. */
export function longestOf({ kind, longest }: Question): number {
  return longest ?? LONGEST[kind];
}

/** Checks answers against a form; what the form does not ask for is ignored. */
export function checkAnswers(
  questions: readonly Question[],
  given: ReadonlyMap<string, unknown>,
): Answered {
  const answers: Answer[] = [];
  const problems: Problem[] = [];
  for (const question of questions) {
    const { key, label } = question;
    const value = textOf(question, given.get(key));
    const message = value === null ? 'Must be a text.' : problemOf(question, value);
    if (value) answers.push({ key, label, value });
    if (message !== null) problems.push({ field: key, message });
  }
  return { answers, problems };
}

/** An answer as text, empty where there is none; null where it can't be one. */
function textOf({ kind }: Question, value: unknown): string | null {
  if (kind === 'consent') return isYes(value) ? 'yes' : '';
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  if (kind === 'text') return value.replace(/\r\n?/g, '\n').trim();
  // one line, whatever was sent: it may come to stand in a header
  return value.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function isYes(value: unknown): boolean {
  if (typeof value !== 'string') return value === true;
  return !['', '0', 'false', 'no', 'off'].includes(value.trim().toLowerCase());
}

function problemOf(question: Question, value: string): string | null {
  const { kind, required, choices = [] } = question;
  if (value === '') {
    if (!required) return null;
    return kind === 'consent' ? 'Must be agreed to.' : 'Must be filled in.';
  }
  const longest = longestOf(question);
  if (value.length > longest) return `Must be at most ${longest} characters.`;
  if (kind === 'email' && !isEmail(value)) return 'Must be an e-mail address.';
  if (kind === 'phone' && !isPhone(value)) return 'Must be a phone number.';
  if (kind === 'choice' && !choices.includes(value)) return 'Must be one of the choices.';
  return null;
}

function isEmail(value: string): boolean {
  const [local = '', domain = '', ...more] = value.split('@');
  const isPlain = /^[^\s"(),:;<>[\\\]]{1,64}$/.test(local) && !/^\.|\.\.|\.$/.test(local);
  return isPlain && more.length === 0 && /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(domain);
}

function isPhone(value: string): boolean {
  const digits = value.replace(/\D/g, '').length;
  return /^\+?[\d\s()./-]+$/.test(value) && digits >= 5 && digits <= 15;
}
