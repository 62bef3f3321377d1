import { Refusal, type Answer, type Call, type Platform } from '../platform';

/** How Meta says that something is wrong. */
export function graphError(
  status: number,
  code: number,
  message: string,
  subcode?: number,
): Answer {
  return {
    status,
    json: {
      error: {
        ...{ message, type: 'OAuthException', code, fbtrace_id: 'SIMULATED' },
        ...(subcode !== undefined && { error_subcode: subcode }),
      },
    },
  };
}

/** What was given as an id; nothing else counts as one. */
export function idGiven(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** @throws Refusal */
export function refuse(status: number, code: number, message: string, subcode?: number): never {
  throw new Refusal(graphError(status, code, message, subcode));
}

/** What every one of Meta's platforms has to say now and then. */
export const graphAnswers: Platform<unknown>['answers'] = {
  rateLimited: () => ({
    ...graphError(400, 4, 'Application request limit reached'),
    headers: {
      'x-app-usage': JSON.stringify({ call_count: 100, total_cputime: 25, total_time: 25 }),
      'x-business-use-case-usage': JSON.stringify({
        '1': [
          {
            ...{ type: 'instagram', call_count: 100, total_cputime: 25, total_time: 25 },
            estimated_time_to_regain_access: 1,
          },
        ],
      }),
    },
  }),
  failed: () => graphError(500, 2, 'An unexpected error has occurred. Please retry your request.'),
  tokenDead: () =>
    graphError(400, 190, 'Error validating access token: the session was invalidated.', 460),
  notFound: ({ method, path }: Call) =>
    graphError(400, 100, `Unsupported ${method.toLowerCase()} request: ${path}`, 33),
};
