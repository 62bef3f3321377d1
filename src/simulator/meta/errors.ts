import { Refusal, type Answer, type Platform } from '../platform';

/** How Meta refuses: a number for programs, and often one below it. */
export function metaError(
  status: number,
  [code, subcode]: readonly [code: number, subcode?: number],
  message: string,
  more: { headers?: Record<string, string>; details?: string } = {},
): Answer {
  const { headers, details } = more;
  return {
    status,
    ...(headers && { headers }),
    json: {
      error: {
        ...{ message: `(#${code}) ${message}`, type: 'OAuthException', code },
        ...(subcode !== undefined && { error_subcode: subcode }),
        ...(details !== undefined && {
          error_data: { messaging_product: 'whatsapp', details },
        }),
        fbtrace_id: 'ASimulatedTraceOfNothing',
      },
    },
  };
}

/** Ends a call with {@link metaError}. */
export function refuse(...told: Parameters<typeof metaError>): never {
  throw new Refusal(metaError(...told));
}

/** The answers that all of Meta's platforms have in common. */
export const metaAnswers: Platform<unknown>['answers'] = {
  rateLimited: (_call, world) =>
    metaError(400, [4, 2446079], 'Application request limit reached', {
      headers: {
        'x-app-usage': JSON.stringify({ call_count: 100, total_time: 60, total_cputime: 40 }),
        date: world.now().toUTCString(),
      },
    }),
  failed: () => metaError(500, [2], 'Service temporarily unavailable'),
  tokenDead: () =>
    metaError(401, [190, 463], 'Error validating access token: Session has expired.'),
  notFound: () => metaError(400, [100, 33], 'Unsupported request: there is no such object.'),
};
