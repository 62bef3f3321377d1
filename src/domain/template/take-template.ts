import { z } from 'zod';
import { MessageTemplate } from '../../entities';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode, notFound, type Problem } from '../kit/errors';
import { optional, prose } from '../kit/input';
import { fillTemplate } from './fill-template';

const LONGEST = { name: 512, language: 32, key: 200, value: 2_000 };
const MOST_PARAMETERS = 100;

const word = (longest: number) =>
  z.string().min(1, 'Must not be empty.').max(longest, `Must be at most ${longest} characters.`);

export const templateInput = z.object({
  name: word(LONGEST.name),
  language: word(LONGEST.language),
  parameters: optional(
    z
      .array(z.object({ key: word(LONGEST.key), value: prose(LONGEST.value) }))
      .max(MOST_PARAMETERS, `Must be at most ${MOST_PARAMETERS}.`),
  ),
});

interface Draft {
  body: string;
  template: z.output<typeof templateInput> | null;
  attachmentIds: readonly string[] | null;
  content: object | null;
  choices: readonly unknown[] | null;
}

/**
 * Fills in one of the channel's templates.
 * @returns the text that the customer is going to read, and what the connector sends.
 * @throws DomainError where there is no such template, or something is missing or too much.
 */
export async function takeTemplate(
  { manager, actor }: Work,
  channelId: string,
  draft: Draft,
): Promise<{ body: string; content: Record<string, unknown> }> {
  const { name, language, parameters } = draft.template!;
  const beside = besideTemplate(draft);
  if (beside.length > 0) throw new DomainError(beside);
  const { workspaceId } = actor;
  const template = await manager.findOneBy(MessageTemplate, {
    ...{ workspaceId, channelId, name, language },
  });
  if (!template) throw notFound('template', ['input', 'template', 'name']);
  const result = fillTemplate(template, parameters ?? []);
  if (!result.problems) return { body: result.body, content: { fromTemplate: result.filled } };
  throw new DomainError(
    result.problems.map(({ reason, message, path }) => ({
      ...{ code: ErrorCode.INVALID_INPUT, reason, message },
      path: ['input', 'template', ...path.map(String)],
    })),
  );
}

/** A template says everything itself. */
function besideTemplate({ body, attachmentIds, content, choices }: Draft): Problem[] {
  const given: Record<string, boolean> = {
    body: body !== '',
    attachmentIds: (attachmentIds?.length ?? 0) > 0,
    content: content !== null,
    choices: choices !== null,
  };
  const message = 'A template says everything itself: leave this out.';
  return Object.keys(given)
    .filter((field) => given[field])
    .map((field) => ({ code: ErrorCode.INVALID_INPUT, message, path: ['input', field] }));
}
