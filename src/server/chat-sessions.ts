import type { FastifyInstance } from 'fastify';
import type { ChatFinding } from '../domain/chat/chat-channel';
import type { Counters } from '../domain/chat/chat-limits';
import type { Meeting } from '../domain/chat/meet-customer';
import { openSession } from '../domain/chat/open-session';
import { foreignPage } from './chat-pages';
import { failureBody } from './failures';

export type ChatSessionOptions = ChatFinding & Meeting & { counters: Counters };

/** `POST /chat/CHANNEL/sessions`: lets in a visitor who has no account. */
export function chatSessions(app: FastifyInstance, options: ChatSessionOptions): void {
  const url = '/chat/:channelId/sessions';
  app.post<{ Params: { channelId: string } }>(url, async (request, reply) => {
    const { channelId } = request.params;
    const { origin } = request.headers;
    const session = await openSession(options, channelId, { origin, address: request.ip });
    switch (session.outcome) {
      case 'NO_CHAT':
        return reply.code(404).send(failureBody('BAD_USER_INPUT', 'There is no such chat.'));
      case 'ORIGIN_REFUSED':
        return foreignPage(reply, origin!);
      case 'SIGN_IN_NEEDED':
        return reply
          .code(403)
          .send(failureBody('FORBIDDEN', 'This chat is for signed-in customers only.'));
      case 'TOO_MANY': {
        const { retryAfter } = session;
        const message = 'Too many chats were begun from your address: try again later.';
        return reply
          .code(429)
          .header('retry-after', retryAfter)
          .send(failureBody('RATE_LIMITED', message, { retryAfter }));
      }
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
