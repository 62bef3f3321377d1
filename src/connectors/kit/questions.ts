import { z } from 'zod';
import type { Question } from './settings';

const MOST = { questions: 30, choices: 50 };
const LONGEST = { label: 200, choice: 200, answer: 10_000 };

const lineEnd = /\p{Cc}/u;

function line(longest: number) {
  return z
    .string('Must be text.')
    .transform((text) => text.trim())
    .pipe(
      z
        .string()
        .min(1, 'Must not be empty.')
        .max(longest, `Must be at most ${longest} characters.`)
        .refine(
          (text) => !lineEnd.test(text) && text.isWellFormed(),
          'Must be one line of text without control characters.',
        ),
    );
}

const question = z
  .strictObject(
    {
      key: z
        .string('Must be text.')
        .regex(
          /^[a-z][A-Za-z0-9_]{0,49}$/,
          'Must be 1 to 50 letters, digits or underscores, and begin with a small letter.',
        ),
      label: line(LONGEST.label),
      kind: z.enum(
        ['line', 'text', 'email', 'phone', 'choice', 'consent'],
        'Must be one of line, text, email, phone, choice, consent.',
      ),
      required: z.boolean('Must be true or false.').default(false),
      choices: z
        .array(line(LONGEST.choice), 'Must be a list of texts.')
        .refine((choices) => choices.length > 0, 'Must hold something.')
        .refine((choices) => choices.length <= MOST.choices, `Must hold at most ${MOST.choices}.`)
        .refine((choices) => new Set(choices).size === choices.length, {
          error: 'Must not hold the same choice twice.',
        })
        .optional(),
      longest: z
        .int('Must be a whole number.')
        .min(1, 'Must be at least 1.')
        .max(LONGEST.answer, `Must be at most ${LONGEST.answer}.`)
        .optional(),
    },
    { error: ({ code }) => (code === 'unrecognized_keys' ? undefined : 'Must be a question.') },
  )
  .superRefine(({ kind, choices, longest }, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (kind === 'choice' && !choices) wrong('choices', 'Must be given for a choice.');
    if (kind !== 'choice' && choices) wrong('choices', 'Only a choice has these.');
    const isText = kind === 'line' || kind === 'text';
    if (!isText && longest !== undefined) wrong('longest', 'Only line and text have this.');
  });

/** Questions of a form: what a customer is asked, in order. */
export const questions: z.ZodType<Question[], unknown> = z
  .array(question, 'Must be a list of questions.')
  .refine((list) => list.length <= MOST.questions, `Must hold at most ${MOST.questions} questions.`)
  .superRefine((list, context) => {
    const seen = new Set<string>();
    list.forEach(({ key }, index) => {
      const message = 'Another question has this key already.';
      if (seen.has(key)) context.addIssue({ code: 'custom', path: [index, 'key'], message });
      seen.add(key);
    });
  });
