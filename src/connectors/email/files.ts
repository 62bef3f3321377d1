import type { Attachment } from 'postal-mime';
import type { InboundAttachment } from '../kit/item';
import { onOneLine } from './addresses';
import type { Mail } from './read-mail';

/** Files of one mail that are kept. */
const MOST = 50;
const LONGEST_NAME = 150;

/** The files of a mail, as data: what they are is for whoever shows them to judge. */
export function filesOf(mail: Mail): InboundAttachment[] {
  if (mail.attachments.length > MOST) {
    mail.notes.push(`It has ${mail.attachments.length} files; ${MOST} were kept.`);
  }
  return mail.attachments.slice(0, MOST).map((file, index) => {
    const bytes = bytesOf(file);
    return {
      fileName: fileName(file, index + 1),
      contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.mimeType) ? file.mimeType : null,
      byteSize: bytes.byteLength,
      bytes,
      contentId: file.contentId?.replace(/[<>\s]/g, '') || null,
    };
  });
}

function bytesOf({ content }: Attachment): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    : Buffer.from(content);
}

/** The last part of the name alone, on one line; never empty, hidden or a step upwards. */
function fileName({ filename, mimeType }: Attachment, number: number): string {
  const base = onOneLine((filename ?? '').slice(0, 2_000).replace(/.*[/\\]/s, ''))
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  if (base !== '') return shorten(base);
  const extension = /\/([a-z0-9]{1,8})$/.exec(mimeType)?.[1];
  if (mimeType === 'message/rfc822') return `message-${number}.eml`;
  return extension ? `attachment-${number}.${extension}` : `attachment-${number}`;
}

/** Keeps the ending, by which people and programs know what it is. */
function shorten(name: string): string {
  if (name.length <= LONGEST_NAME) return name.toWellFormed();
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  return (name.slice(0, LONGEST_NAME - ending.length) + ending).toWellFormed();
}
