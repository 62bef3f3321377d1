import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { Lexer, Source, TokenKind } from 'graphql';
import { isShallow } from '../domain/kit/input';
import { refusal } from './failures';

/** Largest body of a request, in bytes. */
export const LARGEST_BODY = 4 * 1024 * 1024;
/** Largest text of a query, in characters. */
const LONGEST_QUERY = 100_000;
/** Most brackets open at once in a query: deeper than any real one, and safe for recursive checks. */
const DEEPEST_QUERY = 100;
/** Far deeper than any rule of an input allows, so that those rules answer; safe for recursive ones. */
const DEEPEST_VARIABLES = 1_500;

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

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
  if (!isShallow(variables, DEEPEST_VARIABLES)) {
    const message = `variables must be nested at most ${DEEPEST_VARIABLES} levels deep.`;
    throw refusal('BAD_USER_INPUT', message, 400);
  }
  if (query !== undefined) checkQueryText(query);
}

/** The same for what comes in the address. */
export function checkGraphqlParameters(parameters: unknown): void {
  const { query, variables } = parameters as { query?: unknown; variables?: unknown };
  checkGraphqlBody({ query, variables: parsedVariables(variables) });
}

/** Variables as JSON text; what is none is left to Apollo, which says so. */
function parsedVariables(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function checkQueryText(query: string): void {
  if (query.length > LONGEST_QUERY) {
    throw refusal('BAD_USER_INPUT', `query must be at most ${LONGEST_QUERY} characters.`, 400);
  }
  if (depthOf(query) > DEEPEST_QUERY) {
    const message = `query is nested more than ${DEEPEST_QUERY} levels deep.`;
    throw refusal('BAD_USER_INPUT', message, 400);
  }
}

/** The most brackets open at once, up to the first syntax error; those in strings and comments are none. */
function depthOf(query: string): number {
  // nearly every query has fewer brackets than may be open at once, and needs no second look
  const most = query.match(/[{[(]/g)?.length ?? 0;
  if (most <= DEEPEST_QUERY) return most;
  const lexer = new Lexer(new Source(query));
  let depth = 0;
  let deepest = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      if (opening.has(lexer.token.kind)) deepest = Math.max(deepest, ++depth);
      else if (closing.has(lexer.token.kind)) depth -= 1;
    }
  } catch {
    // the parser stops at the same place, and tells
  }
  return deepest;
}
