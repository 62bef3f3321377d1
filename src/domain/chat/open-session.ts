import { z } from 'zod';
import { connectorActor } from '../../auth/actor';
import type { OpenChannel } from '../../connections/open-channel';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { ChatSession } from '../../entities';
import { hashToken } from '../access/tokens';
import { defineCommand, runCommand, type Outcome } from '../kit/command';
import { newId } from '../kit/ids';
import { chatSettings, findChat, type ChatFinding } from './chat-channel';
import { NEW_SESSIONS, type Counters } from './chat-limits';
import type { Meeting } from './meet-customer';
import { newVisitorToken } from './visitor-token';

/** For how long a device is known, in days. */
const SESSION_DAYS = 180;
/** How many that are over are removed along with it. */
const REMOVED_AT_ONCE = 100;

/** A visitor's new credential, or why there is none. */
export type OpenedSession =
  | { outcome: 'OPENED'; token: string; expiresAt: Date }
  | { outcome: 'TOO_MANY'; retryAfter: number }
  | { outcome: 'NO_CHAT' | 'ORIGIN_REFUSED' | 'SIGN_IN_NEEDED' };

/** Whether a page may use the chat; what is no browser sends no origin. */
export function isAllowedOrigin(open: OpenChannel, origin: string | undefined): boolean {
  return origin === undefined || chatSettings(open).origins.includes(origin);
}

/** Makes an anonymous visitor of a web chat known. The customer is made when the token is first used. */
export async function openSession(
  options: ChatFinding & Meeting & { counters: Counters },
  channel: string,
  { origin, address }: { origin: string | undefined; address: string },
): Promise<OpenedSession> {
  const open = await findChat(options, channel);
  if (!open) return { outcome: 'NO_CHAT' };
  if (!isAllowedOrigin(open, origin)) return { outcome: 'ORIGIN_REFUSED' };
  if (!chatSettings(open).allowAnonymous) return { outcome: 'SIGN_IN_NEEDED' };
  const { workspaceId, channelId } = open;
  const retryAfter = await options.counters.take(open, address, NEW_SESSIONS);
  if (retryAfter !== null) return { outcome: 'TOO_MANY', retryAfter };
  const actor = connectorActor(workspaceId, channelId, open.channel.name);
  const sessionId = newId();
  const token = newVisitorToken({ workspaceId, sessionId });
  const now = options.clock();
  const expiresAt = new Date(now.getTime() + SESSION_DAYS * 86_400_000);
  const input = { channelId, sessionId, tokenHash: hashToken(token), expiresAt };
  const answer = await runCommand(options.units, actor, now, recordSession, input);
  if (!answer.ok) throw new Error('A session of a web chat could not be opened.');
  return { outcome: 'OPENED', token, expiresAt };
}

type NewSession = Pick<ChatSession, 'channelId' | 'tokenHash' | 'expiresAt'> & {
  sessionId: string;
};

const recordSession = defineCommand({
  name: 'chatSessionOpen',
  input: z.custom<NewSession>((value) => typeof value === 'object'),
  async run({ session, manager, actor, now }, { sessionId, ...facts }): Promise<Outcome<object>> {
    const { workspaceId } = actor;
    await queryObjects(
      session,
      sql`delete from chat_session where workspace_id = ${workspaceId} and id in (
            select id from chat_session where workspace_id = ${workspaceId}
              and channel_id = ${facts.channelId} and expires_at < ${now}
            order by expires_at limit ${REMOVED_AT_ONCE} for update skip locked)`,
    );
    await manager.insert(ChatSession, { workspaceId, id: sessionId, ...facts, createdAt: now });
    return { result: {} };
  },
});
