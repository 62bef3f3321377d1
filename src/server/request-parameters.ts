import type { FastifyRequest } from 'fastify';

/** A request's parameters, which a GET has in its address. */
export function parametersOf({ method, body, query }: FastifyRequest): unknown {
  if (method !== 'GET') return body;
  const { variables, extensions, ...texts } = query as Record<string, unknown>;
  return { ...texts, variables: parsed(variables), extensions: parsed(extensions) };
}

/** JSON text as its value; any other text stays what it is, and is refused as that. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
