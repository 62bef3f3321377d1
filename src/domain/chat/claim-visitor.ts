import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { ChatSession, type Channel } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { hashToken } from '../access/tokens';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { isSignedInId, visitorId } from './chat-identity';
import { moveTalk } from './move-talk';
import { sessionOfToken } from './visitor-token';
import { authorOf } from './write-message';

const PATH = ['visitorToken'];

/** Who the visitor was as a customer, where they had become one. */
export interface ClaimedVisitor {
  formerCustomerId: string | null;
}

/**
 * Makes what a visitor of this device said the signed-in customer's own. Both are proven, one by the
 * company's token and the other by the visitor's: nothing that anybody typed counts. The visitor's
 * token is over with it, because whoever has the device next is not this customer.
 */
export const claimVisitor = defineCommand({
  name: 'chatVisitorClaim',
  input: z.object({ visitorToken: z.string().max(200) }),
  async run(work, { visitorToken }): Promise<Outcome<ClaimedVisitor>> {
    const { manager, actor } = work;
    const { workspaceId } = actor;
    const { channel, party } = await authorOf(work);
    if (!isSignedInId(party.externalId)) {
      const message = 'Only a signed-in customer can take a visitor’s conversations over.';
      throw new DomainError(ErrorCode.FORBIDDEN, message);
    }
    const session = await lockSession(work, channel, visitorToken);
    if (session.claimedBy === actor.id) return { result: { formerCustomerId: null } };
    if (session.claimedBy !== null) throw refused();
    const events: NewEvent[] = [];
    const from = await moveIdentity(work, channel, session.id, events);
    if (from !== null) await moveTalk(work, channel.id, from, events);
    await manager.update(
      ChatSession,
      { workspaceId, id: session.id },
      { claimedBy: actor.id, claimedFrom: from },
    );
    return { result: { formerCustomerId: from }, events };
  },
});

async function lockSession(
  { manager, actor, now }: Work,
  channel: Channel,
  token: string,
): Promise<ChatSession> {
  const key = sessionOfToken(token);
  if (key?.workspaceId !== actor.workspaceId) throw refused();
  const session = await manager.findOne(ChatSession, {
    where: { workspaceId: actor.workspaceId, id: key.sessionId },
    lock: { mode: 'pessimistic_write' },
  });
  const holds =
    session?.channelId === channel.id &&
    session.expiresAt > now &&
    timingSafeEqual(session.tokenHash, hashToken(token));
  if (!holds) throw refused();
  return session;
}

/** The same words whatever is wrong with it. */
function refused(): DomainError {
  const message = 'This is no token of a visitor of this chat, or is over.';
  return new DomainError(ErrorCode.INVALID_INPUT, message, PATH);
}

/** Gives the visitor's identity to the actor; tells whose it was, null where it was nobody's or theirs. */
async function moveIdentity(
  work: Work,
  { kind, identityScope }: Channel,
  sessionId: string,
  events: NewEvent[],
): Promise<string | null> {
  const { session, actor } = work;
  const ofChat = sql`workspace_id = ${actor.workspaceId} and channel_kind = ${kind}
    and scope = ${identityScope}`;
  const [identity] = await queryObjects<{ id: string; customerId: string }>(
    session,
    // whoever writes as this visitor has done so before, or finds out
    sql`select id, customer_id "customerId" from customer_identity
        where ${ofChat} and external_id = ${visitorId(sessionId)} for update`,
  );
  if (!identity || identity.customerId === actor.id) return null;
  const { id: identityId, customerId: from } = identity;
  const others = await queryObjects(
    session,
    sql`select from customer_identity
        where ${ofChat} and customer_id = ${from} and id <> ${identityId}`,
  );
  if (others.length > 0) {
    const message =
      'The company has joined this visitor with somebody else: what was said stays with them.';
    throw new DomainError(ErrorCode.INVALID_STATE, message, PATH);
  }
  await queryObjects(
    session,
    sql`update customer_identity set customer_id = ${actor.id}
        where workspace_id = ${actor.workspaceId} and id = ${identityId}`,
  );
  const data = { identityId, fields: ['customer'] };
  for (const subjectId of [actor.id, from]) {
    events.push({ type: 'customer.identity_changed', subjectId, data });
  }
  return from;
}
