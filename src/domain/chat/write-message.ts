import { z } from 'zod';
import type { MessageItem, Party } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Channel, Message } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { attachUploads, takeUploads } from '../file/attach-uploads';
import { applyItems } from '../inbound/apply-items';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { id, optional, prose } from '../kit/input';
import { MOST_FILES } from './chat-channel';

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

/** The message that was written with this key before; null where there is none. */
export async function findWritten(
  { manager, actor }: Work,
  channelId: string,
  externalId: string,
): Promise<WrittenMessage | null> {
  const { workspaceId } = actor;
  const known = await manager.findOneBy(Message, { workspaceId, channelId, externalId });
  return known && { messageId: known.id, conversationId: known.conversationId };
}

/** Takes in a customer's message like one from any platform, with the files that were uploaded for it. */
export async function writeMessage(
  work: Work,
  channelId: string,
  { body, clientKey, uploadIds }: Written,
  place: Pick<MessageItem, 'threadKey' | 'answers'> & { displayName?: string },
): Promise<{ result: WrittenMessage; events: NewEvent[] }> {
  const uploads = await takeUploads(work, uploadIds ?? [], ['input', 'uploadIds']);
  if ((body ?? '').trim() === '' && uploads.length === 0) {
    throw new DomainError(ErrorCode.INVALID_INPUT, 'Must not be empty.', ['input', 'body']);
  }
  const { displayName, ...thread } = place;
  const channel = await findChannel(work, channelId);
  const author = await partyOf(work, channel);
  const externalId = externalIdOf(work, clientKey);
  const events = await applyItems(work, channel, [
    {
      ...{ type: 'message', externalId, direction: 'INBOUND', sentAt: work.now },
      author: displayName === undefined ? author : { ...author, displayName },
      body: body ?? '',
      ...thread,
    },
  ]);
  const result = await findWritten(work, channelId, externalId);
  if (!result) throw new Error('A message of a web chat is not where it was written.');
  await attachUploads(work, result.messageId, uploads);
  return { result, events };
}

/** The channel as items come from it. */
export async function findChannel({ manager, actor }: Work, id: string): Promise<Channel> {
  return manager.findOneByOrFail(Channel, { workspaceId: actor.workspaceId, id });
}

/** The customer as the channel knows them. */
export async function partyOf(
  { session, actor }: Work,
  { kind, identityScope }: Pick<Channel, 'kind' | 'identityScope'>,
): Promise<Party> {
  const [identity] = await queryObjects<{ externalId: string }>(
    session,
    sql`select external_id "externalId" from customer_identity
        where workspace_id = ${actor.workspaceId} and customer_id = ${actor.id}
          and channel_kind = ${kind} and scope = ${identityScope} order by id limit 1`,
  );
  if (!identity) throw new Error('A customer of a web chat has no identity there.');
  return { externalId: identity.externalId };
}
