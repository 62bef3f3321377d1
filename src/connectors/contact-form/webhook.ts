import { randomUUID } from 'node:crypto';
import type {
  ConnectedChannel,
  InboundWebhook,
  Screening,
  WebhookAnswer,
  WebhookRequest,
} from '../kit/connector';
import { json, notTaken, taken } from './answers';
import { longestOf } from './form';
import { corsHeaders, isWelcome } from './origins';
import { formPage } from './page';
import { BadPost } from './read-post';
import { formSettings, type FormSettings } from './settings';
import { control, readSubmission, sha256, type Submission } from './submission';

const LIMIT_SECONDS = 600;
const MINUTE = 60_000;

export const webhook: InboundWebhook = {
  // nobody can sign: the limit, the trap, the pages that may and the form itself are what is checked
  verify: () => true,
  handshake: showForm,
  preflight,
  senderLimit: {
    allowance: (channel) => ({ most: formSettings(channel).mostPosts, seconds: LIMIT_SECONDS }),
    tooMany(request, channel, waitSeconds) {
      const message = `That was too often: try again in ${waitSeconds} seconds.`;
      const answer = notTaken(request, formSettings(channel), 429, [{ message }]);
      return withHeaders(answer, { 'retry-after': String(waitSeconds) });
    },
  },
  screen,
  largestBody: 24 * 1024 * 1024,
};

/** The form as data, or as a page for people. */
function showForm(request: WebhookRequest, channel: ConnectedChannel): WebhookAnswer {
  const settings = formSettings(channel);
  if (request.headers.accept?.includes('text/html')) return formPage(settings, randomUUID());
  const { title, questions, honeypot, mostFiles, largestFileBytes } = settings;
  return json(request, settings, 200, {
    title,
    questions: questions.map((question) => ({ ...question, longest: longestOf(question) })),
    honeypot,
    files: { name: control.files, most: mostFiles, largestBytes: largestFileBytes },
  });
}

function preflight(request: WebhookRequest, channel: ConnectedChannel): WebhookAnswer {
  const settings = formSettings(channel);
  const cors = corsHeaders(request, settings);
  if (!isWelcome(request, settings)) return { status: 403, headers: cors };
  return {
    status: 204,
    headers: {
      ...cors,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type, idempotency-key',
      'access-control-max-age': '600',
    },
  };
}

async function screen(request: WebhookRequest, channel: ConnectedChannel): Promise<Screening> {
  const settings = formSettings(channel);
  const refuse = (status: number, problems: Parameters<typeof notTaken>[3]): Screening => ({
    isTaken: false,
    answer: notTaken(request, settings, status, problems),
  });
  if (!isWelcome(request, settings)) {
    return refuse(403, [{ message: 'This page may not use the form: its origin is not listed.' }]);
  }
  const submission = await read(request, settings);
  if (submission instanceof BadPost) {
    return refuse(submission.status, [{ message: submission.message }]);
  }
  const answer = taken(request, settings, submission.redirect);
  if (submission.isTrapped) return { isTaken: false, answer };
  if (submission.problems.length > 0) return refuse(422, submission.problems);
  return { isTaken: true, eventKey: eventKey(submission, request.receivedAt), answer };
}

async function read(request: WebhookRequest, settings: FormSettings) {
  try {
    return await readSubmission(request, settings);
  } catch (error) {
    if (error instanceof BadPost) return error;
    throw error;
  }
}

/**
 * What makes two of them the same: the sender's id, else the minute. What they say counts in both
 * cases, so that nobody's words are lost to a page whose id is always the same.
 */
function eventKey({ id, digest }: Submission, receivedAt: Date): string {
  if (id !== null) return `id ${sha256(id)} ${digest}`;
  return `minute ${Math.floor(receivedAt.getTime() / MINUTE)} ${digest}`;
}

function withHeaders(answer: WebhookAnswer, headers: Record<string, string>): WebhookAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
