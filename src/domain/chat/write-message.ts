import { z } from 'zod';
import type { MessageItem, Party } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Channel } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { attachUploads, takeUploads } from '../file/attach-uploads';
import { applyItems } from '../inbound/apply-items';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { id, optional, prose } from '../kit/input';
import { MOST_FILES } from './chat-channel';
import { isSignedInId } from './chat-identity';
import { noteHeard } from './note-heard';

const LONGEST_BODY = 10_000;

/** What a customer writes. */
export const written = {
  body: optional(prose(LONGEST_BODY)),
  clientKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, 'Must be 1 to 64 visible ASCII characters without spaces.'),
  uploadIds: optional(
    z.array(id('Upload')).max(MOST_FILES, `Must be at most ${MOST_FILES} files.`),
  ),
};

export type Written = z.output<z.ZodObject<typeof written>>;

/** A message of a customer's, and where it is. */
export interface WrittenMessage {
  messageId: string;
  conversationId: string;
}

/** The name by which a customer's message is known again: nobody else's keys get in its way. */
export function externalIdOf({ actor }: Pick<Work, 'actor'>, clientKey: string): string {
  return `${actor.id}:${clientKey}`;
}

/** The key by which a customer sent a message; null for what came in another way. */
export function clientKeyOf(externalId: string | null): string | null {
  return /^[0-9a-f-]{36}:(.+)$/.exec(externalId ?? '')?.[1] ?? null;
}

/** The message that was written with this key before, also as the visitor they were; null for none. */
export async function findWritten(
  { session, actor }: Work,
  channelId: string,
  clientKey: string,
): Promise<WrittenMessage | null> {
  const { workspaceId } = actor;
  const [known] = await queryObjects<WrittenMessage & Record<string, unknown>>(
    session,
    sql`select id "messageId", conversation_id "conversationId" from message
        where workspace_id = ${workspaceId} and channel_id = ${channelId} and external_id in (
          select ${externalIdOf({ actor }, clientKey)}
          union all
          select claimed_from || ':' || ${clientKey}::text from chat_session
          where workspace_id = ${workspaceId} and claimed_by = ${actor.id}
            and claimed_from is not null)
        limit 1`,
  );
  return known ?? null;
}

/** Takes in a customer's message like one from any platform, with the files that were uploaded for it. */
export async function writeMessage(
  work: Work,
  { channel, party }: Author,
  { body, clientKey, uploadIds }: Written,
  place: Pick<MessageItem, 'threadKey' | 'answers'> & { displayName?: string },
): Promise<{ result: WrittenMessage; events: NewEvent[] }> {
  const uploads = await takeUploads(work, uploadIds ?? [], ['input', 'uploadIds']);
  if ((body ?? '').trim() === '' && uploads.length === 0) {
    throw new DomainError(ErrorCode.INVALID_INPUT, 'Must not be empty.', ['input', 'body']);
  }
  const { displayName, ...thread } = place;
  const externalId = externalIdOf(work, clientKey);
  const events = await applyItems(work, channel, [
    {
      ...{ type: 'message', externalId, direction: 'INBOUND', sentAt: work.now },
      author: displayName === undefined ? party : { ...party, displayName },
      body: body ?? '',
      ...thread,
    },
  ]);
  const result = await findWritten(work, channel.id, clientKey);
  if (!result) throw new Error('A message of a web chat is not where it was written.');
  await attachUploads(work, result.messageId, uploads);
  await noteHeard(work, channel.id);
  return { result, events };
}

/** Who writes, on which channel. */
export interface Author {
  channel: Channel;
  party: Party;
}

/** The customer as their channel knows them; nobody makes them somebody else before it is written. */
export async function authorOf({ session, manager, actor }: Work): Promise<Author> {
  const { workspaceId, id, channelIds } = actor;
  const channel = await manager.findOneByOrFail(Channel, { workspaceId, id: channelIds![0]! });
  const identities = await queryObjects<{ externalId: string }>(
    session,
    sql`select external_id "externalId" from customer_identity
        where workspace_id = ${workspaceId} and customer_id = ${id}
          and channel_kind = ${channel.kind} and scope = ${channel.identityScope}
        order by id for share`,
  );
  const [first] = identities;
  if (!first) {
    const message = 'You are known by another name by now: sign in again.';
    throw new DomainError(ErrorCode.INVALID_STATE, message);
  }
  // who has signed in is whom the company says, whatever they were before
  return { channel, party: identities.find((it) => isSignedInId(it.externalId)) ?? first };
}
