import type { FastifyInstance } from 'fastify';
import { findChat, type ChatFinding } from '../domain/chat/chat-channel';
import { isAllowedOrigin } from '../domain/chat/open-session';
import { greetingOf } from '../domain/chat/read-chat';
import { foreignPage } from './chat-pages';
import { failureBody } from './failures';

/** `GET /chat/CHANNEL/greeting`: what a chat says of itself before anybody is known. */
export function chatGreeting(app: FastifyInstance, finding: ChatFinding): void {
  app.get<{ Params: { channelId: string } }>(
    '/chat/:channelId/greeting',
    async (request, reply) => {
      const { origin } = request.headers;
      const open = await findChat(finding, request.params.channelId);
      if (!open) {
        return reply.code(404).send(failureBody('BAD_USER_INPUT', 'There is no such chat.'));
      }
      void reply.header('cache-control', 'no-store');
      if (isAllowedOrigin(open, origin)) return reply.send(greetingOf(open));
      // nothing but the refusal: a script that hears why can say it to whoever made the page
      return foreignPage(reply.header('access-control-allow-origin', origin), origin!);
    },
  );
}
