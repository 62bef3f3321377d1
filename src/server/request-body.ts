import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { refusal } from './failures';

/** Largest body of a request, in bytes. */
export const LARGEST_BODY = 4 * 1024 * 1024;
/** Largest text of a query, in characters. */
const LONGEST_QUERY = 100_000;
/** Most brackets open at once in a query: deeper than any real one, and safe for recursive checks. */
const DEEPEST_QUERY = 100;

/** Takes JSON only as valid UTF-8: broken bytes would be replaced silently, and text would change. */
export function parseJsonStrictly(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: LARGEST_BODY },
    (_request, body: Buffer, done) => {
      if (!isUtf8(body)) {
        done(refusal('BAD_USER_INPUT', 'The body is not valid UTF-8.', 400));
        return;
      }
      try {
        const value: unknown = JSON.parse(body.toString());
        done(null, value);
      } catch {
        done(refusal('BAD_USER_INPUT', 'The body is not valid JSON.', 400));
      }
    },
  );
}

/** Refuses a GraphQL request whose shape or size can't be meant; throws what the caller is told. */
export function checkGraphqlBody(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const message =
      'Send one JSON object with query, and variables where it has some; batches are not taken.';
    throw refusal('BAD_USER_INPUT', message, 400);
  }
  const { query, variables } = body as { query?: unknown; variables?: unknown };
  if (query !== undefined && typeof query !== 'string') {
    throw refusal('BAD_USER_INPUT', 'query must be a string.', 400);
  }
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) {
    throw refusal('BAD_USER_INPUT', 'variables must be an object.', 400);
  }
  if (query !== undefined) checkQueryText(query);
}

function checkQueryText(query: string): void {
  if (query.length > LONGEST_QUERY) {
    throw refusal('BAD_USER_INPUT', `query must be at most ${LONGEST_QUERY} characters.`, 400);
  }
  let depth = 0;
  for (let index = 0; index < query.length; index++) {
    const code = query.charCodeAt(index);
    if (code === 123 || code === 91 || code === 40) {
      if (++depth > DEEPEST_QUERY) {
        throw refusal(
          'BAD_USER_INPUT',
          `query is nested more than ${DEEPEST_QUERY} levels deep.`,
          400,
        );
      }
    } else if (code === 125 || code === 93 || code === 41) {
      depth -= 1;
    }
  }
}
