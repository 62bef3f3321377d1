import type { Question } from '../../connectors/kit/settings';
import type { FormAnswer } from '../../entities/conversation';
import { ErrorCode, type Problem } from '../kit/errors';

/** An answer as the customer gave it. */
export interface GivenAnswer {
  key: string;
  value: string;
}

const LONGEST = { line: 500, text: 10_000 };
const emailForm = /^[^\s@]{1,200}@[^\s@]{1,250}$/;
const phoneForm = /^\+?[\d\s()./-]{3,40}$/;
const lineEnd = /\p{Cc}/u;

/** Answers with their questions as they stand now, in the form's order; or everything that is wrong. */
export function checkAnswers(
  questions: readonly Question[],
  given: readonly GivenAnswer[],
): { answers: FormAnswer[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const refuse = (message: string, ...path: string[]) =>
    problems.push({ code: ErrorCode.INVALID_INPUT, message, path: ['input', 'answers', ...path] });
  const values = new Map<string, string>();
  given.forEach(({ key, value }, index) => {
    const question = questions.find((it) => it.key === key);
    const place = String(index);
    if (!question) return refuse('There is no question with this key.', place, 'key');
    if (values.has(key)) return refuse('This question is answered already.', place, 'key');
    values.set(key, value.trim());
    const problem = value.trim() === '' ? null : answerProblem(question, value.trim());
    if (problem) refuse(problem, place, 'value');
  });
  for (const { key, label, kind, required } of questions) {
    const value = values.get(key) ?? '';
    const isMissing = kind === 'consent' ? value !== 'yes' : value === '';
    if (required && isMissing) refuse(`“${label}” has to be answered (${key}).`);
  }
  const answers = questions.flatMap(({ key, label }) => {
    const value = values.get(key) ?? '';
    return value === '' ? [] : [{ key, label, value }];
  });
  return { answers, problems };
}

function answerProblem({ kind, choices = [], longest }: Question, value: string): string | null {
  const most = longest ?? (kind === 'text' ? LONGEST.text : LONGEST.line);
  if (value.length > most) return `Must be at most ${most} characters.`;
  if (kind !== 'text' && lineEnd.test(value)) return 'Must be one line.';
  switch (kind) {
    case 'email':
      return emailForm.test(value) ? null : 'Must be an e-mail address.';
    case 'phone':
      return phoneForm.test(value) ? null : 'Must be a phone number.';
    case 'choice':
      return choices.includes(value) ? null : `Must be one of ${choices.join(', ')}.`;
    case 'consent':
      return value === 'yes' || value === 'no' ? null : 'Must be yes or no.';
    default:
      return null;
  }
}
