import { z } from 'zod';
import type { Capabilities } from '../../connectors/kit/capabilities';
import { ErrorCode, type Problem } from '../kit/errors';
import { line, optional } from '../kit/input';

/** Why choices can't be offered. Every reason is part of the API. */
export enum ChoiceFault {
  CHOICES_NOT_SUPPORTED = 'CHOICES_NOT_SUPPORTED',
  CHOICES_WITH_FILES = 'CHOICES_WITH_FILES',
  TOO_MANY_CHOICES = 'TOO_MANY_CHOICES',
  CHOICE_TOO_LONG = 'CHOICE_TOO_LONG',
  CHOICE_REPEATED = 'CHOICE_REPEATED',
}

const LONGEST = { title: 100, payload: 200, description: 200 };

export const choicesInput = z
  .array(
    z.object({
      title: line(LONGEST.title),
      payload: optional(line(LONGEST.payload)),
      description: optional(line(LONGEST.description)),
    }),
  )
  .min(1, 'Must hold something.');

type Choices = z.output<typeof choicesInput>;

/** What is wrong with choices, going by what can be offered on the channel. */
export function checkChoices(
  choices: Choices,
  { choices: limit }: Pick<Capabilities, 'choices'>,
  files: number,
): Problem[] {
  const whole = (reason: ChoiceFault, message: string) => [problem(reason, message, [])];
  if (!limit) {
    const message = 'Nothing to press can be offered on this channel.';
    return whole(ChoiceFault.CHOICES_NOT_SUPPORTED, message);
  }
  if (files > 0) {
    const message = 'Files and something to press can’t go in one message: send them apart.';
    return whole(ChoiceFault.CHOICES_WITH_FILES, message);
  }
  if (choices.length > limit.most) {
    const message = `Must be at most ${limit.most} on this channel.`;
    return whole(ChoiceFault.TOO_MANY_CHOICES, message);
  }
  return choices.flatMap((choice, index) => [
    ...tooLong(choice.title, 'title', limit.longestTitle, index),
    ...tooLong(choice.description ?? '', 'description', limit.longestDescription ?? 0, index),
    ...repeated(choices, 'title', index),
    ...repeated(choices, 'payload', index),
  ]);
}

function tooLong(text: string, field: string, longest: number, index: number): Problem[] {
  if ([...text].length <= longest) return [];
  const message =
    longest === 0
      ? 'There are no descriptions on this channel.'
      : `Must be at most ${longest} characters on this channel.`;
  return [problem(ChoiceFault.CHOICE_TOO_LONG, message, [String(index), field])];
}

function repeated(choices: Choices, field: 'title' | 'payload', index: number): Problem[] {
  const value = choices[index]![field];
  const first = choices.findIndex((choice) => choice[field] === value);
  if (value === null || first === index) return [];
  const message = 'Another choice has this already.';
  return [problem(ChoiceFault.CHOICE_REPEATED, message, [String(index), field])];
}

function problem(reason: ChoiceFault, message: string, path: string[]): Problem {
  return { code: ErrorCode.INVALID_INPUT, reason, message, path: ['input', 'choices', ...path] };
}
