import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { checkAnswers, type Answer, type Problem } from './form';
import { readPost, type Post, type PostedFile } from './read-post';
import type { FormSettings } from './settings';

/** Fields that are not answers, but tell what to do with them. */
export const control = {
  submission: '_submission',
  redirect: '_redirect',
  files: '_files',
} as const;

/** A form as somebody has sent it. */
export interface Submission {
  answers: readonly Answer[];
  files: readonly PostedFile[];
  problems: readonly Problem[];
  /** The sender's own name for it, the same in each attempt. */
  id: string | null;
  /** Of all that it says. */
  digest: string;
  /** Where the sender wants to get afterwards. */
  redirect: string | null;
  /** Whether the field is filled in that only machines see. */
  isTrapped: boolean;
}

/** A request, or a delivery that was made of one. */
export interface Sent {
  body: Buffer;
  headers: IncomingHttpHeaders | Readonly<Record<string, string>>;
}

/**
 * Reads what was sent, and checks it against the form.
 * @throws BadPost for what is no form at all.
 */
export async function readSubmission(
  { body, headers }: Sent,
  settings: FormSettings,
): Promise<Submission> {
  const { questions, honeypot, mostFiles, largestFileBytes } = settings;
  const post = await readPost(body, headers['content-type'], {
    files: mostFiles,
    fileBytes: largestFileBytes,
  });
  const { fields, files } = post;
  const { answers, problems } = checkAnswers(questions, fields);
  const given = headers['idempotency-key'] ?? fields.get(control.submission);
  const id = typeof given === 'string' && given !== '' ? given : null;
  const redirect = fields.get(control.redirect);
  const trap = honeypot === null ? '' : fields.get(honeypot);
  return {
    ...{ answers, files, id },
    problems: [...problems, ...fileProblems(post, settings), ...idProblems(id)],
    digest: digestOf(answers, files),
    redirect: typeof redirect === 'string' ? redirect : null,
    isTrapped: trap !== undefined && trap !== null && trap !== '',
  };
}

/** A short name for a text. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function digestOf(answers: readonly Answer[], files: readonly PostedFile[]): string {
  const told = answers.map(({ key, value }) => [key, value]);
  const sums = files.map(({ fileName, contentType, bytes }) => [
    fileName,
    contentType,
    sha256(bytes),
  ]);
  return sha256(JSON.stringify([told, sums]));
}

function fileProblems({ files }: Post, { mostFiles, largestFileBytes }: FormSettings): Problem[] {
  const problems = files
    .filter(({ isCut }) => isCut)
    .map(({ field }) => ({
      field,
      message: `Must be a file of at most ${largestFileBytes / 1_048_576} MiB.`,
    }));
  if (files.length <= mostFiles) return problems;
  const message = mostFiles === 0 ? 'No files are taken.' : `Must be at most ${mostFiles} files.`;
  return [...problems, { field: files[0]!.field, message }];
}

function idProblems(id: string | null): Problem[] {
  if (id === null || /^[\x20-\x7e]{1,200}$/.test(id)) return [];
  const message = 'Must be at most 200 characters of ASCII.';
  return [{ field: control.submission, message }];
}
