import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { ChatFinding } from '../domain/chat/chat-channel';
import type { Meeting } from '../domain/chat/meet-customer';
import { openSession } from '../domain/chat/open-session';
import { foreignPage } from './chat-pages';
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
        return foreignPage(reply, origin!);
      case 'SIGN_IN_NEEDED':
        return reply
          .code(403)
          .send(failureBody('FORBIDDEN', 'This chat is for signed-in customers only.'));
      case 'OPENED': {
        const { token, expiresAt } = session;
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send({ token, expiresAt: expiresAt.toISOString() });
      }
    }
  });
}
