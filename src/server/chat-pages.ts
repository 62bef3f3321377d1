import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OriginRefused } from '../auth/refusals';
import type { Actor } from '../auth/actor';
import { findChat, type ChatFinding } from '../domain/chat/chat-channel';
import { isAllowedOrigin } from '../domain/chat/open-session';
import { uuidOf } from '../domain/kit/ids';
import { failureBody, refusal } from './failures';

/** For how long a browser remembers that a page is allowed, in seconds; none does so for longer. */
const REMEMBERED = 7_200;
const UNDER = '/chat/:channelId/';

const preflight = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': String(REMEMBERED),
};

interface OfChat {
  Params: { channelId: string };
}

/**
 * Opens what is under `/chat/CHANNEL/` to the pages that the channel allows. Nothing else of Parley is
 * open to scripts of other origins (docs/adr/0012): the channel is in the path, because a browser's
 * preflight names nobody.
 */
export function chatPages(app: FastifyInstance, finding: ChatFinding): void {
  app.addHook<OfChat>('onRequest', async (request, reply) => {
    if (!request.routeOptions.url?.startsWith(UNDER)) return;
    // set on the response itself, so that streams and failures have them too
    reply.raw.setHeader('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined) return;
    const open = await findChat(finding, request.params.channelId);
    if (!open || !isAllowedOrigin(open, origin)) return;
    reply.raw.setHeader('access-control-allow-origin', origin);
    reply.raw.setHeader('access-control-expose-headers', 'retry-after');
  });
  app.options(`${UNDER}*`, (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || reply.raw.hasHeader('access-control-allow-origin')) {
      return reply.code(204).headers(preflight).send();
    }
    return foreignPage(reply, origin);
  });
}

/** Refuses a page that the channel does not allow, or whose channel is no chat. */
export function foreignPage(reply: FastifyReply, origin: string): FastifyReply {
  return reply.code(403).send(failureBody('FORBIDDEN', new OriginRefused(origin).message));
}

/** Refuses whoever is no customer of the chat in the path: the team's tokens are not for pages. */
export function requireCustomerOf(request: FastifyRequest, actor: Actor): void {
  const { channelId } = request.params as OfChat['Params'];
  if (actor.kind === 'CUSTOMER' && actor.channelIds?.[0] === uuidOf('Channel', channelId)) return;
  const message = `Only customers of this chat are served here; the team’s API is at /graphql.`;
  throw refusal('FORBIDDEN', message, 403);
}
