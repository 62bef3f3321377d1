import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { GraphQLError } from 'graphql';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticate';
import type { Actor } from '../auth/actor';
import { Refusal, Unauthenticated } from '../auth/refusals';
import { RequestContext, type RequestServices } from '../domain/kit/request-context';
import { failureBody, internal } from './failures';
import { graphiqlAssets, sendPage, wantsPage } from './graphiql';
import { health } from './health';
import {
  checkGraphqlBody,
  checkGraphqlParameters,
  LARGEST_BODY,
  parseJsonStrictly,
} from './request-body';

export interface HttpServerOptions {
  apollo: ApolloServer<RequestContext>;
  authenticator: Authenticator;
  services: RequestServices;
  pool: Pool;
  log: Logger;
  trustProxy: boolean;
}

/** The HTTP server: GraphQL, GraphiQL for browsers, health. Not listening yet. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { apollo, authenticator, services, pool, log, trustProxy } = options;
  // narrowed, so that the server has the type that its plugins expect
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LARGEST_BODY,
    trustProxy,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    clientErrorHandler: answerMalformed,
  });
  parseJsonStrictly(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .send(failureBody('BAD_USER_INPUT', 'There is nothing here: the API is at /graphql.')),
  );

  const actors = new WeakMap<FastifyRequest, Actor>();
  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    if (wantsPage(request)) return sendPage(reply);
    const { authorization, 'parley-workspace': workspace } = request.headers;
    const credentials = { authorization, workspace: workspace as string | undefined };
    actors.set(request, await authenticator.authenticate(credentials));
  };
  const handler = fastifyApolloHandler(apollo, {
    context: (request) =>
      Promise.resolve(new RequestContext(request.id, actors.get(request)!, services)),
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: admit,
    preHandler: (request, _reply, done) => {
      if (request.method === 'POST') checkGraphqlBody(request.body);
      else checkGraphqlParameters(request.query);
      done();
    },
    handler,
  });
  graphiqlAssets(app);
  health(app, pool);
  return app;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof Unauthenticated) {
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(failureBody(error.code, error.message));
  }
  if (error instanceof Refusal) return reply.code(400).send(failureBody(error.code, error.message));
  if (error instanceof GraphQLError) {
    const { code, http } = error.extensions as { code: 'BAD_USER_INPUT'; http: { status: number } };
    return reply.code(http.status).send(failureBody(code, error.message));
  }
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode && statusCode < 500) {
    return reply.code(statusCode).send(failureBody('BAD_USER_INPUT', message));
  }
  request.log.error({ err: error }, 'a request failed');
  return reply.code(500).send({ errors: [internal(request.id)] });
}

/** What is no HTTP request gets an answer too; nothing is logged, because it can hold a token. */
function answerMalformed({ code }: NodeJS.ErrnoException, socket: Socket): void {
  const [status, message] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The headers are too large.']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request took too long to come.']
        : ['400 Bad Request', 'This is not an HTTP request.'];
  if (socket.writable) {
    const body = JSON.stringify(failureBody('BAD_USER_INPUT', message));
    const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
    socket.write(`HTTP/1.1 ${status}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`);
  }
  socket.destroy();
}
