import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { User, type Channel } from '../../entities';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id, instant, line, optional, prose } from '../kit/input';
import { ingestItems } from '../ingest/ingest';
import type { Author, IdentityRef, InboundItem } from '../ingest/item';
import type { UpsertOutcome } from '../kit/upsert-outcome';
import { LONGEST_BODY } from './add-note';
import { findOrMakePost, postInput } from '../post/find-or-make-post';
import { addAttachments, attachmentInputs } from './attachments';
import { reviseMessages } from './revise-message';

const externalId = line(500);

const identity = z.object({
  externalId,
  handle: optional(line(200)),
  displayName: optional(line(200)),
});

const shape = z.object({
  channelId: id('Channel'),
  input: z.object({
    threadKey: line(500),
    externalId,
    direction: z.enum(['INBOUND', 'OUTBOUND']),
    body: prose(LONGEST_BODY),
    sentAt: instant,
    orderKey: z
      .string()
      .regex(/^\d{1,18}$/, 'Must be a whole number of at most 18 digits.')
      .nullish()
      .transform((digits) => BigInt(digits ?? 0)),
    customer: optional(identity),
    author: optional(identity),
    authorUserId: optional(id('User')),
    replyToExternalId: optional(externalId),
    visibility: optional(z.enum(['PUBLIC', 'PRIVATE'])),
    subject: optional(line(500)),
    post: optional(postInput),
    attachments: attachmentInputs,
    editedAt: optional(instant),
    deletedAt: optional(instant),
  }),
});

type Input = z.output<typeof shape>['input'];
type Result = { messageId: string; conversationId: string; outcome: UpsertOutcome };

/**
 * Records a message that another system carried. The same externalId again changes nothing, unless it
 * brings a newer edit or a deletion.
 */
export const recordMessage = defineCommand({
  name: 'messageRecord',
  input: shape,
  async run(work, { channelId, input }): Promise<Outcome<Result>> {
    const channel = await channelOf(work, channelId);
    const item: InboundItem = {
      channelId,
      threadKey: input.threadKey,
      externalId: input.externalId,
      orderKey: input.orderKey,
      direction: input.direction,
      author: await authorOf(work, channel, input),
      customer: refOf(
        channel,
        input.customer ?? (input.direction === 'INBOUND' ? input.author : null),
      ),
      replyTo: input.replyToExternalId ? { externalId: input.replyToExternalId } : null,
      sentAt: input.sentAt,
      body: input.body,
      visibility: input.visibility,
      subject: input.subject,
      editedAt: input.editedAt,
      postId: input.post && (await findOrMakePost(work, channelId, input.post)),
    };
    const { ingested, events } = await ingestItems(work, [item]);
    const { messageId, conversationId, outcome } = ingested[0]!;
    if (outcome === 'CREATED') await addAttachments(work, messageId, input.attachments ?? []);
    const { body, editedAt, deletedAt } = input;
    const versions = editedAt && outcome === 'UNCHANGED' ? [{ body, at: editedAt }] : [];
    const revisions =
      versions.length > 0 || deletedAt
        ? await reviseMessages(work, [{ messageId, conversationId, versions, deletedAt }])
        : [];
    const isUpdate = outcome === 'UNCHANGED' && revisions.length > 0;
    return {
      result: { messageId, conversationId, outcome: isUpdate ? 'UPDATED' : outcome },
      events: [...events, ...revisions],
    };
  },
});

type ChannelFacts = Pick<Channel, 'kind' | 'name' | 'identityScope'>;

async function channelOf({ session, actor }: Work, channelId: string): Promise<ChannelFacts> {
  const [channel] = await queryObjects<ChannelFacts>(
    session,
    sql`select kind, name, identity_scope "identityScope" from channel
        where workspace_id = ${actor.workspaceId} and id = ${channelId}`,
  );
  if (!channel || !seesChannel(actor, channelId)) throw notFound('channel', ['channelId']);
  return channel;
}

async function authorOf(
  { manager, actor }: Work,
  channel: ChannelFacts,
  input: Input,
): Promise<Author> {
  if (input.direction === 'INBOUND') {
    const author = refOf(channel, input.author ?? input.customer);
    if (author) return { identity: author };
    const message = 'An inbound message needs its author, or the customer who wrote it.';
    throw new DomainError(ErrorCode.INVALID_INPUT, message, ['input', 'author']);
  }
  if (!input.authorUserId) return { name: channel.name };
  const key = { workspaceId: actor.workspaceId, id: input.authorUserId };
  if (!(await manager.existsBy(User, key))) throw notFound('user', ['input', 'authorUserId']);
  return { userId: input.authorUserId };
}

function refOf(channel: ChannelFacts, identityInput: Input['customer']): IdentityRef | null {
  if (!identityInput) return null;
  return { channelKind: channel.kind, scope: channel.identityScope, ...identityInput };
}
