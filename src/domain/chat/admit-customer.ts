import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../../auth/actor';
import type { Admission } from '../../auth/admission-cache';
import { VISITOR_PREFIX, type CustomerTokens } from '../../auth/authenticate';
import { Unauthenticated } from '../../auth/refusals';
import type { OpenChannel } from '../../connections/open-channel';
import { sql } from '../../db/sql';
import { hashToken } from '../access/tokens';
import { signedInId, visitorId } from './chat-identity';
import { chatSettings, findChat, openChat, type ChatFinding } from './chat-channel';
import { audienceOf, verifyIdentityToken } from './identity-token';
import { meetCustomer, type ChatPerson, type Meeting } from './meet-customer';
import { sessionOfToken } from './visitor-token';

/** Tells whom customer tokens stand for: signed ones of a company's server, and those of visitors. */
export class ChatTokens implements CustomerTokens {
  constructor(private readonly options: ChatFinding & Meeting) {}

  admit(token: string): Promise<Admission> {
    return token.startsWith(VISITOR_PREFIX) ? this.visitor(token) : this.signedIn(token);
  }

  private async signedIn(token: string): Promise<Admission> {
    const audience = await audienceOf(token);
    const open = await findChat(this.options, audience);
    const secret = open && chatSettings(open).signingSecret;
    if (!open || secret === null) throw new Unauthenticated('no chat that takes signed tokens');
    const now = this.options.clock();
    const claims = await verifyIdentityToken(token, { audience, secret, now });
    const { subject, name, email, validUntil } = claims;
    const externalId = signedInId(subject);
    const party = { externalId, ...(name && { displayName: name }), ...(email && { email }) };
    return { actor: actorOf(open, await meetCustomer(this.options, open, party)), validUntil };
  }

  private async visitor(token: string): Promise<Admission> {
    const key = sessionOfToken(token);
    if (!key) throw new Unauthenticated('malformed visitor token');
    const { workspaceId, sessionId } = key;
    const [session] = await this.options.sessions.objects<SessionRow>(
      workspaceId,
      sql`select channel_id "channelId", token_hash "tokenHash", expires_at "expiresAt",
                 claimed_by "claimedBy"
          from chat_session where workspace_id = ${workspaceId} and id = ${sessionId}`,
    );
    if (!session || !timingSafeEqual(session.tokenHash, hashToken(token))) {
      throw new Unauthenticated('unknown visitor');
    }
    if (session.claimedBy !== null) throw new Unauthenticated('a visitor who has signed in since');
    const open = await openChat(this.options.connections, workspaceId, session.channelId);
    if (!open || !chatSettings(open).allowAnonymous) {
      throw new Unauthenticated('no chat that takes visitors');
    }
    const person = await meetCustomer(this.options, open, { externalId: visitorId(sessionId) });
    return { actor: actorOf(open, person), validUntil: new Date(session.expiresAt).getTime() };
  }
}

interface SessionRow extends Record<string, unknown> {
  channelId: string;
  tokenHash: Buffer;
  expiresAt: string;
  claimedBy: string | null;
}

/** Without any permission: what a customer may do is listed apart. */
function actorOf(open: OpenChannel, person: ChatPerson): Actor {
  const { workspaceId, channelId } = open;
  return Object.freeze<Actor>({
    kind: 'CUSTOMER',
    workspaceId,
    id: person.customerId,
    name: person.displayName ?? 'Visitor',
    permissions: new Set(),
    channelIds: Object.freeze([channelId]),
    origins: Object.freeze([...chatSettings(open).origins]),
  });
}
