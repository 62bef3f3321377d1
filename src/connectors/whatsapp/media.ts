import { createHash } from 'node:crypto';
import type { ConnectorContext, OutboundAttachment } from '../kit/connector';
import { OutcomeUnknown, Rejected, RetryLater } from '../kit/errors';
import { fetchUrl, type FetchedMedia } from '../kit/media';
import { multipartForm } from '../kit/multipart';
import { openWhatsApp } from './client';
import { text } from './read';

/**
 * Gets a file by its id: the address that it leads to lives five minutes, and wants the token too.
 */
export async function fetchMedia(
  { externalId }: { externalId: string | null },
  context: ConnectorContext,
  largestBytes: number,
): Promise<FetchedMedia> {
  if (externalId === null) throw new Rejected('NOT_FOUND', 'WhatsApp did not say where it is.');
  const { phoneNumberId, accessToken } = context.channel.settings;
  const found = await openWhatsApp(context).callUnless(
    ({ code, subcode }) => code === 100 && (subcode === 33 || subcode === 0),
    { path: encodeURIComponent(externalId), params: { phone_number_id: String(phoneNumberId) } },
  );
  if (!found) throw new Rejected('NOT_FOUND', 'WhatsApp does not have it any longer.');
  const url = text(found.url);
  const { origin } = new URL(String(context.channel.settings.apiUrl));
  if (!url.startsWith(`${origin}/`) && !url.startsWith('https://')) {
    throw new RetryLater('WhatsApp did not say where the file is.');
  }
  const file = await fetchUrl(context.http, url, largestBytes, {
    authorization: `Bearer ${String(accessToken)}`,
  });
  requireWhole(file.bytes, text(found.sha256), largestBytes);
  return { ...file, contentType: text(found.mime_type) || file.contentType };
}

const HASH = /^([0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/;

/** Meta gives the hash in hexadecimal or in base64; what is neither is not compared. */
function requireWhole(bytes: Buffer, told: string, largestBytes: number): void {
  if (!HASH.test(told) || bytes.length > largestBytes) return;
  const digest = createHash('sha256').update(bytes).digest();
  if (told === digest.toString('hex') || told === digest.toString('base64')) return;
  throw new RetryLater('The file did not arrive whole.');
}

/** Puts a file where messages can name it. */
export async function uploadMedia(
  attachment: OutboundAttachment,
  context: ConnectorContext,
): Promise<string> {
  const { fileName, contentType } = attachment;
  const file = { fileName, contentType, bytes: await attachment.read() };
  const answer = await openWhatsApp(context).call({
    ...{ method: 'POST', path: `${context.channel.externalId}/media`, timeout: 60_000 },
    ...multipartForm({ messaging_product: 'whatsapp', type: contentType, file }),
    // nobody sees a file that no message names
    changes: false,
  });
  const id = text(answer.id);
  if (id) return id;
  throw new RetryLater('WhatsApp did not say where it put the file.');
}

export function requireMessageId(id: string): string {
  if (id) return id;
  throw new OutcomeUnknown('WhatsApp did not say which message it made.');
}
