import type { FastifyInstance, FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { ChatFinding } from '../domain/chat/chat-channel';
import type { Meeting } from '../domain/chat/meet-customer';
import { openSession } from '../domain/chat/open-session';
import { failureBody } from './failures';

export type ChatSessionOptions = ChatFinding & Meeting;

/** How many sessions one address may open on one channel in a window. */
const MOST_SESSIONS = 20;
const WINDOW_SECONDS = 600;

/** `POST /chat/CHANNEL/sessions`: lets in a visitor who has no account. */
export function chatSessions(app: FastifyInstance, options: ChatSessionOptions): void {
  const opened = new LRUCache<string, { count: number }>({
    max: 50_000,
    ttl: WINDOW_SECONDS * 1_000,
  });
  const isTooMuch = (channelId: string, address: string) => {
    const key = `${channelId} ${address}`;
    const known = opened.get(key) ?? { count: 0 };
    if (known.count === 0) opened.set(key, known);
    known.count += 1;
    return known.count > MOST_SESSIONS;
  };
  const url = '/chat/:channelId/sessions';
  app.options(url, (request, reply) => {
    // which pages are let in is told by the answer to the request itself
    const headers = { 'access-control-allow-methods': 'POST', 'access-control-max-age': '600' };
    return allowed(reply, request.headers.origin)
      .code(204)
      .headers({ ...headers, 'access-control-allow-headers': 'content-type' })
      .send();
  });
  app.post<{ Params: { channelId: string } }>(url, async (request, reply) => {
    const { channelId } = request.params;
    const { origin } = request.headers;
    if (isTooMuch(channelId, request.ip)) {
      const message = 'Too many chats were begun from your address: try again later.';
      return reply
        .code(429)
        .header('retry-after', WINDOW_SECONDS)
        .send(failureBody('RATE_LIMITED', message));
    }
    const session = await openSession(options, channelId, origin);
    switch (session.outcome) {
      case 'NO_CHAT':
        return reply.code(404).send(failureBody('BAD_USER_INPUT', 'There is no such chat.'));
      case 'ORIGIN_REFUSED':
        return forbidden(reply, 'This page may not use the chat.');
      case 'SIGN_IN_NEEDED':
        return forbidden(allowed(reply, origin), 'This chat is for signed-in customers only.');
      case 'OPENED': {
        const { token, expiresAt } = session;
        return allowed(reply, origin)
          .code(201)
          .header('cache-control', 'no-store')
          .send({ token, expiresAt: expiresAt.toISOString() });
      }
    }
  });
}

function allowed(reply: FastifyReply, origin: string | undefined): FastifyReply {
  void reply.header('vary', 'origin');
  return origin === undefined ? reply : reply.header('access-control-allow-origin', origin);
}

function forbidden(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(403).send(failureBody('FORBIDDEN', message));
}
