import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../auth/actor';
import { refusal } from '../failures';
import { acceptedBy } from './accept';
import type { StreamServer } from './stream-server';

export interface StreamRoutesOptions {
  streams: StreamServer;
  admit: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  actorOf: (request: FastifyRequest) => Actor;
  /** Throws for what can't be meant as a GraphQL request. */
  checkRequest: (request: FastifyRequest) => void;
}

/** Serves event streams: one for each operation, or, by a token, one for many. */
export function streamRoutes(app: FastifyInstance, options: StreamRoutesOptions): void {
  const { streams, admit, actorOf, checkRequest } = options;
  app.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/graphql/stream',
    exposeHeadRoute: false,
    onRequest: admit,
    async handler(request, reply) {
      const actor = actorOf(request);
      const { method } = request;
      if (method === 'PUT') {
        return reply
          .code(201)
          .type('text/plain')
          .send(await streams.reserve(request));
      }
      const token = tokenOf(request);
      if (method === 'DELETE') {
        streams.complete(requireToken(token), actor, operationIdOf(request));
        return reply.code(200).send();
      }
      if (token !== null && acceptedBy(request.headers.accept).stream) {
        return streams.open(token, actor, reply);
      }
      checkRequest(request);
      if (token === null) return streams.serve(request, reply);
      streams.run(token, actor, request);
      return reply.code(202).send();
    },
  });
}

function tokenOf({ headers, query }: FastifyRequest): string | null {
  const token = headers['x-graphql-event-stream-token'] ?? (query as { token?: unknown }).token;
  return typeof token === 'string' && token !== '' ? token : null;
}

function requireToken(token: string | null): string {
  if (token !== null) return token;
  throw refusal(
    'BAD_USER_INPUT',
    'Send the token of the stream: X-GraphQL-Event-Stream-Token.',
    400,
  );
}

function operationIdOf({ query }: FastifyRequest): string {
  const { operationId } = query as { operationId?: unknown };
  if (typeof operationId === 'string' && operationId !== '') return operationId;
  throw refusal('BAD_USER_INPUT', 'Say which operation, by ?operationId=….', 400);
}
