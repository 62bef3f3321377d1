import { z } from 'zod';
import { Attachment, Conversation, Message } from '../../entities';
import type { KeptBytes } from '../../files/files';
import { changeOf, factsOf } from '../conversation/facts';
import { defineCommand, type Outcome } from '../kit/command';
import { plainMediaType } from './media-type';

/** How fetching the bytes of an attachment ended. */
export type Fetched = { kept: KeptBytes; contentType: string | null } | { failure: string };

/**
 * Writes down that the bytes of an attachment are here, or why they can't be had. One whose message
 * was deleted meanwhile stays without.
 */
export const storeAttachment = defineCommand({
  name: 'attachmentStore',
  input: z.object({
    attachmentId: z.uuid(),
    fetched: z.custom<Fetched>((value) => typeof value === 'object'),
  }),
  async run(work, { attachmentId, fetched }): Promise<Outcome<{ changed: boolean }>> {
    const { manager, actor, now } = work;
    const { workspaceId } = actor;
    const key = { workspaceId, id: attachmentId };
    const known = await manager.findOneBy(Attachment, key);
    if (known?.status !== 'PENDING') return { result: { changed: false } };
    const message = await manager.findOneByOrFail(Message, { workspaceId, id: known.messageId });
    // what happens in a conversation happens one after the other
    const conversation = await manager.findOneOrFail(Conversation, {
      where: { workspaceId, id: message.conversationId },
      lock: { mode: 'pessimistic_write' },
    });
    const data = {
      ...changeOf(await factsOf(work, conversation)),
      conversationId: conversation.id,
      attachmentId,
    };
    const about = { subjectId: message.id, data } as const;
    if ('failure' in fetched) {
      await manager.update(Attachment, key, { status: 'FAILED', failure: fetched.failure });
      return {
        result: { changed: true },
        events: [{ type: 'message.attachment_failed', ...about }],
      };
    }
    const { storageKey, byteSize, sha256 } = fetched.kept;
    await manager.update(Attachment, key, {
      ...{ status: 'STORED', failure: null, storageKey, sha256, fetchedAt: now },
      byteSize: String(byteSize),
      contentType: known.contentType ?? plainMediaType(fetched.contentType),
    });
    return { result: { changed: true }, events: [{ type: 'message.attachment_stored', ...about }] };
  },
});
