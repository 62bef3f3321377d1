import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectorContext } from '../kit/connector';
import { Rejected, RetryLater } from '../kit/errors';
import type { OutboundAttachment, OutboundMessage } from '../kit/outbound-message';
import { openApi, type XApi } from './api';
import { fieldsOf, idOf, numberOf, textOf, type Fields } from './fields';

/** Bytes in one part; X takes 5 MB, and base64 makes them a third more. */
const PART = 3 * 1_048_576;
const MOST_LOOKS = 60;
const LONGEST_ALT = 1_000;

/** Uploads a message's files; what no post names X throws away, so again does no harm. */
export async function uploadAll(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<string[]> {
  const { attachments, content, conversation } = message;
  checkTogether(attachments);
  const kind = conversation.visibility === 'PRIVATE' ? 'dm' : 'tweet';
  const texts: unknown = content?.altTexts;
  const ids: string[] = [];
  for (const [index, attachment] of attachments.entries()) {
    const id = await upload(openApi(context), attachment, kind, context.signal);
    const alt: unknown = Array.isArray(texts) ? texts[index] : null;
    if (typeof alt === 'string' && alt !== '') await describe(openApi(context), id, alt);
    ids.push(id);
  }
  return ids;
}

/** A film or a moving picture goes alone. */
function checkTogether(attachments: readonly OutboundAttachment[]): void {
  const isAlone = ({ contentType }: OutboundAttachment) =>
    contentType.startsWith('video/') || contentType === 'image/gif';
  if (attachments.length > 1 && attachments.some(isAlone)) {
    throw new Rejected(
      'FILE_REFUSED',
      'X takes a film or a moving picture alone, not with others.',
    );
  }
}

async function upload(
  api: XApi,
  attachment: OutboundAttachment,
  kind: 'dm' | 'tweet',
  signal: AbortSignal,
): Promise<string> {
  const { contentType, byteSize } = attachment;
  const step = (path: string, json?: unknown) =>
    api.call({
      ...{ method: 'POST', path: `/2/media/upload/${path}`, bucket: 'media', timeout: 60_000 },
      ...{ json, changes: false },
    });
  const begun = await step('initialize', {
    media_type: contentType,
    media_category: `${kind}_${categoryOf(contentType)}`,
    total_bytes: byteSize,
  });
  const id = idOf(fieldsOf(begun.data), 'id');
  if (id === null) throw new RetryLater('X gave an answer that can’t be read.');
  const bytes = await attachment.read();
  for (let index = 0; index * PART < bytes.length; index++) {
    const part = bytes.subarray(index * PART, (index + 1) * PART);
    await step(`${id}/append`, { segment_index: index, media: part.toString('base64') });
  }
  await processed(api, id, await step(`${id}/finalize`), signal);
  return id;
}

function categoryOf(contentType: string): 'gif' | 'image' | 'video' {
  if (contentType === 'image/gif') return 'gif';
  return contentType.startsWith('video/') ? 'video' : 'image';
}

/** Waits until X has made of it what it shows. */
async function processed(api: XApi, id: string, begun: Fields, signal: AbortSignal): Promise<void> {
  let answer = begun;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const info = fieldsOf(fieldsOf(answer.data)?.processing_info);
    const state = textOf(info?.state);
    if (!info || state === 'succeeded') return;
    if (state === 'failed') {
      throw new Rejected('FILE_REFUSED', 'X can’t make anything of the file.');
    }
    const seconds = Math.min(numberOf(info.check_after_secs) ?? 1, 30);
    await pause(seconds * 1_000, undefined, { signal });
    answer = await api.call({
      ...{ path: '/2/media/upload', bucket: 'media' },
      query: { media_id: id, command: 'STATUS' },
    });
  }
  throw new RetryLater('X takes too long with the file.');
}

async function describe(api: XApi, id: string, alt: string): Promise<void> {
  await api.call({
    ...{ method: 'POST', path: '/2/media/metadata', bucket: 'media', changes: false },
    json: { id, metadata: { alt_text: { text: alt.slice(0, LONGEST_ALT).toWellFormed() } } },
  });
}
