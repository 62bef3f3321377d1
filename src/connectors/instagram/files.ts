import type { ConnectedChannel, OutboundAttachment } from '../kit/connector';
import { RetryLater } from '../kit/errors';
import { multipartForm } from '../kit/multipart';
import type { Graph } from '../meta/graph';
import { idIn } from '../meta/values';
import { talkerOf } from './sign-in';

/** Puts a file where a message can name it. */
export async function attachmentOf(
  file: OutboundAttachment,
  graph: Graph,
  channel: ConnectedChannel,
): Promise<object> {
  const { fileName, contentType } = file;
  const [type = 'file'] = contentType.split('/');
  const message = JSON.stringify({ attachment: { type, payload: { is_reusable: true } } });
  const answer = await graph.call({
    ...{ method: 'POST', path: `${talkerOf(channel)}/message_attachments`, timeout: 60_000 },
    ...multipartForm({
      ...{ platform: 'instagram', message },
      filedata: { fileName, contentType, bytes: await file.read() },
    }),
    // nobody sees a file that no message names
    changes: false,
  });
  const id = idIn(answer, 'attachment_id');
  if (id === null) throw new RetryLater('Instagram did not say where it put the file.');
  return { type, payload: { attachment_id: id } };
}
