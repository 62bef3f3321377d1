import type { WebhookAnswer, WebhookRequest } from '../kit/connector';
import type { Problem } from './form';
import { corsHeaders, redirectOf } from './origins';
import { problemPage, thanksPage } from './page';
import { mediaTypeOf } from './read-post';
import type { FormSettings } from './settings';

/** Whether a program waits for the answer, and no person at a page. */
export function wantsJson({ headers }: WebhookRequest): boolean {
  if (mediaTypeOf(headers['content-type']) === 'application/json') return true;
  const { accept = '' } = headers;
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** It was taken; what a machine was caught with is answered in the same way. */
export function taken(
  request: WebhookRequest,
  settings: FormSettings,
  wantedPage: string | null,
): WebhookAnswer {
  if (wantsJson(request)) return json(request, settings, 200, { received: true });
  const location = redirectOf(settings, wantedPage);
  return location === null ? thanksPage(settings) : { status: 303, headers: { location } };
}

/** It was not taken, and why. */
export function notTaken(
  request: WebhookRequest,
  settings: FormSettings,
  status: number,
  problems: readonly (Problem | { message: string })[],
): WebhookAnswer {
  if (wantsJson(request)) {
    const code = status === 429 ? 'RATE_LIMITED' : 'BAD_USER_INPUT';
    const errors = problems.map((problem) => ({ ...problem, extensions: { code } }));
    return json(request, settings, status, { errors });
  }
  return problemPage(
    settings,
    status,
    problems.map((problem) => ({ field: '', ...problem })),
  );
}

/** Data for the page that asked. */
export function json(
  request: WebhookRequest,
  settings: FormSettings,
  status: number,
  body: object,
): WebhookAnswer {
  const contentType = 'application/json; charset=utf-8';
  const headers = corsHeaders(request, settings);
  return { status, contentType, headers, body: JSON.stringify(body) };
}
