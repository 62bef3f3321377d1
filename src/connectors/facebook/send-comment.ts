import type { ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import { OutcomeUnknown, Rejected } from '../kit/errors';
import { multipartForm } from '../kit/multipart';
import { textIn } from '../meta/values';
import { graphOf } from './account';

/** Answers a comment, or a post, by a comment of the Page's. */
export async function sendComment(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  const { body, attachments } = message;
  const [file] = attachments;
  const answer = await graphOf(context).call({
    ...{ method: 'POST', path: `${commentedBy(message)}/comments` },
    ...(file
      ? multipartForm({
          ...(body !== '' && { message: body }),
          source: {
            ...{ fileName: file.fileName, contentType: file.contentType },
            bytes: await file.read(),
          },
        })
      : { json: { message: body } }),
    // Facebook has refused comments that it made, with 20/1772107
    maybeDone: true,
  });
  const externalId = textIn(answer, 'id');
  if (!externalId) throw new OutcomeUnknown('Facebook did not say which comment it has made.');
  return { externalId, platform: { object: 'comment' } };
}

/** The object that is commented on: what is answered, or where the conversation began. */
export function commentedBy({ replyTo, conversation }: OutboundMessage): string {
  const { root } = conversation.platform;
  const id = replyTo?.externalId ?? (typeof root === 'string' ? root : conversation.threadKey);
  if (id === '') throw new Rejected('NOTHING_TO_ANSWER', 'There is nothing to comment on.');
  return id;
}
