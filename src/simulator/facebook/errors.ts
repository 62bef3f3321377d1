import { Refusal, type Answer, type Call } from '../platform';

/** An answer of the Graph API that refuses. */
export function graphError(
  status: number,
  code: number,
  message: string,
  subcode?: number,
  headers?: Record<string, string>,
): Answer {
  const type =
    code === 190 || code === 10 || code === 200 ? 'OAuthException' : 'GraphMethodException';
  const error = { message, type, code, ...(subcode && { error_subcode: subcode }) };
  return { status, headers, json: { error: { ...error, fbtrace_id: 'AsimulatedTraceId' } } };
}

export function refuse(code: number, message: string, subcode?: number): Refusal {
  return new Refusal(graphError(400, code, message, subcode));
}

export const noSuchObject = (id: string) =>
  refuse(100, `Unsupported request. Object with ID '${id}' does not exist.`, 33);

export const answers = {
  rateLimited: () =>
    graphError(400, 80006, 'There have been too many calls to this Page account.', undefined, {
      'x-business-use-case-usage': JSON.stringify({
        '1': [
          {
            ...{ type: 'messenger', call_count: 100, total_cputime: 25, total_time: 25 },
            estimated_time_to_regain_access: 1,
          },
        ],
      }),
    }),
  /** Of comments it is a refusal that says nothing of what was done. */
  failed: ({ method, path }: Call) =>
    method === 'POST' && path.endsWith('/comments')
      ? graphError(400, 20, 'Response format not supported.', 1772107)
      : graphError(500, 2, 'An unexpected error has occurred. Please retry your request later.'),
  tokenDead: () =>
    graphError(
      400,
      190,
      'Error validating access token: The session has been invalidated because the user changed their password.',
      460,
    ),
  notFound: ({ method, path }: Call) =>
    graphError(400, 100, `Unsupported ${method.toLowerCase()} request of ${path}.`, 33),
};
