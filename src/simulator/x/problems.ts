import { Refusal, type Answer } from '../platform';

/** X's way to say no: problem details in JSON. */
export function problem(
  status: number,
  kind: string,
  title: string,
  detail: string,
  headers?: Record<string, string>,
): Answer {
  const type = kind === '' ? 'about:blank' : `https://api.x.com/2/problems/${kind}`;
  return { status, headers, json: { title, detail, type, status } };
}

export function refuse(status: number, kind: string, title: string, detail: string): never {
  throw new Refusal(problem(status, kind, title, detail));
}

export function notFound(what: string, id: string): never {
  refuse(404, 'resource-not-found', 'Not Found Error', `Could not find ${what} with id: [${id}].`);
}

export function invalid(detail: string): never {
  refuse(400, 'invalid-request', 'Invalid Request', detail);
}

export const unauthorised: Answer = problem(401, '', 'Unauthorized', 'Unauthorized');
