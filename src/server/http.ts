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
import type { TrustProxy } from '../config/trust-proxy';
import { isOverload } from '../db/sessions';
import { RateLimited } from '../domain/kit/errors';
import { RequestContext } from '../domain/kit/request-context';
import { chatGreeting } from './chat-greeting';
import { chatPages, requireCustomerOf } from './chat-pages';
import { chatScript } from './chat-script';
import { chatSessions, type ChatSessionOptions } from './chat-sessions';
import { credentialsOf } from './credentials';
import type { StreamServices } from './event-stream/stream-connection';
import { streamRoutes } from './event-stream/stream-routes';
import { StreamServer } from './event-stream/stream-server';
import { failureBody, internal, overloaded, presentError, RETRY_AFTER } from './failures';
import { graphiqlAssets, sendPage, wantsPage } from './graphiql';
import { fileRoutes } from './files';
import { health } from './health';
import { inboundWebhooks, type InboundWebhookOptions } from './inbound-webhooks';
import { Refused, type Operations } from './operations';
import { parametersOf } from './request-parameters';
import {
  checkGraphqlBody,
  checkGraphqlParameters,
  LARGEST_BODY,
  parseJsonStrictly,
} from './request-body';
import { SocketServer } from './websocket/socket-server';
import { routeUpgrades } from './websocket/upgrades';

export interface HttpServerOptions extends StreamServices {
  apollo: ApolloServer<RequestContext>;
  authenticator: Authenticator;
  pool: Pool;
  log: Logger;
  /** What comes to the addresses of channels. */
  inbound: InboundWebhookOptions;
  /** What anonymous visitors of web chats are let in with. */
  chat: ChatSessionOptions;
  trustProxy: TrustProxy;
}

/** The HTTP server: GraphQL, also over WebSockets and event streams, GraphiQL for browsers, health. Not listening yet. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { apollo, operations, authenticator, services, pool, log, trustProxy } = options;
  // narrowed, so that the server has the type that its plugins expect
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LARGEST_BODY,
    trustProxy: trusted(trustProxy),
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
  const actorOf = (request: FastifyRequest) => actors.get(request)!;
  const authenticate = (request: FastifyRequest) =>
    authenticator.authenticate(credentialsOf(request.headers));
  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    if (wantsPage(request)) return sendPage(reply);
    actors.set(request, await authenticate(request));
  };
  const handler = fastifyApolloHandler(apollo, {
    context: (request) =>
      Promise.resolve(
        new RequestContext(
          ...([request.id, actorOf(request), services] as const),
          `${request.protocol}://${request.host}`,
        ),
      ),
  });
  const streams = new StreamServer(options);
  const graphql = {
    method: ['GET', 'POST'],
    preHandler: (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      checkRequest(request);
      if (streams.isWanted(request)) {
        // once it is open, nothing more is done with the request
        streams.serve(request, reply).catch(done);
        return;
      }
      refuseBrokenSubscription(operations, request);
      done();
    },
    handler,
  };
  chatPages(app, options.chat);
  chatGreeting(app, options.chat);
  chatScript(app);
  app.route({ ...graphql, url: '/graphql', onRequest: admit });
  app.route({
    ...graphql,
    url: '/chat/:channelId/graphql',
    onRequest: async (request) => {
      const actor = await authenticate(request);
      requireCustomerOf(request, actor);
      actors.set(request, actor);
    },
  });
  streamRoutes(app, { streams, admit, actorOf, checkRequest });
  const sockets = new SocketServer(options);
  routeUpgrades(app.server, sockets);
  app.addHook('preClose', async () => {
    await Promise.all([sockets.close(), streams.close()]);
  });
  graphiqlAssets(app);
  inboundWebhooks(app, options.inbound);
  chatSessions(app, options.chat);
  fileRoutes(app, { services, admit: authenticate });
  health(app, pool);
  return app;
}

/** Throws for what can't be meant as a GraphQL request. */
function checkRequest({ method, body, query }: FastifyRequest): void {
  if (method === 'POST') checkGraphqlBody(body);
  else checkGraphqlParameters(query);
}

/** Some mistakes in subscriptions make validation throw, which Apollo takes for a fault. */
function refuseBrokenSubscription(operations: Operations, request: FastifyRequest): void {
  const parameters = parametersOf(request) as { query?: unknown };
  if (typeof parameters.query !== 'string' || !/\bsubscription\b/.test(parameters.query)) return;
  const operation = operations.read(parameters);
  if (operation instanceof Refused) throw operation;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof Unauthenticated) {
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(failureBody(error.code, error.message));
  }
  if (error instanceof Refusal) {
    const status = error.code === 'FORBIDDEN' ? 403 : 400;
    return reply.code(status).send(failureBody(error.code, error.message));
  }
  if (error instanceof RateLimited) {
    const { retryAfter, message } = error;
    const body = failureBody('RATE_LIMITED', message, { retryAfter });
    return reply.code(429).header('retry-after', retryAfter).send(body);
  }
  if (error instanceof Refused) {
    const errors = error.errors.map((it) => presentError(it, request.id, request.log));
    return reply.code(error.status).send({ errors });
  }
  if (error instanceof GraphQLError) {
    const { code, http } = error.extensions as { code: 'BAD_USER_INPUT'; http: { status: number } };
    return reply.code(http.status).send(failureBody(code, error.message));
  }
  if (isOverload(error)) {
    request.log.warn('a request found no database connection free in time');
    const body = { errors: [overloaded()] };
    return reply.code(503).header('retry-after', RETRY_AFTER).send(body);
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

/** How Fastify is told whom to trust; proxies count from the nearest. */
function trusted(
  proxies: TrustProxy,
): false | string[] | ((address: string, hop: number) => boolean) {
  if (proxies === false) return false;
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : [...proxies];
}
