import type { InboundAttachment, MessageContent } from '../../kit/item';
import { idIn, isValues, listIn, textIn, valuesIn, type Values } from '../values';

/** What comes with a message beside its text. */
export interface Enclosed {
  files: InboundAttachment[];
  content: MessageContent;
}

/** Kinds whose payload is a file. */
const fileTypes: ReadonlySet<string> = new Set(['image', 'video', 'audio', 'file', 'media']);
/** Kinds that point at something that was published. */
const shareTypes: ReadonlySet<string> = new Set([
  ...['fallback', 'share', 'post', 'reel', 'ig_reel', 'ig_post', 'link'],
]);

/** What Meta's attachments hold, whatever their kind. */
export function readAttachments(attachments: readonly Values[]): Enclosed {
  const enclosed: Enclosed = { files: [], content: {} };
  for (const attachment of attachments) readAttachment(attachment, enclosed);
  return enclosed;
}

function readAttachment(attachment: Values, { files, content }: Enclosed): void {
  const type = textIn(attachment, 'type') ?? 'unknown';
  const payload = valuesIn(attachment, 'payload');
  const url = textIn(payload, 'url') ?? textIn(attachment, 'url');
  const product = listIn(valuesIn(payload, 'product'), 'elements');
  if (fileTypes.has(type)) {
    readFile(type, url, payload, files, content);
  } else if (type === 'location') {
    readLocation(attachment, payload, url, content);
  } else if (product.length > 0) {
    content.order = { items: product };
  } else if (type === 'story_mention') {
    content.story = { ...(url && { url }), ...storyId(payload), isMention: true };
    if (url) files.push({ url });
  } else if (shareTypes.has(type)) {
    readShare(type, attachment, payload, url, { files, content });
  } else if (type === 'template') {
    content.template = payload;
  } else {
    content.unsupported = type;
    if (url) files.push({ url });
  }
}

function readFile(
  type: string,
  url: string | null,
  payload: Values,
  files: InboundAttachment[],
  content: MessageContent,
): void {
  const sticker = idIn(payload, 'sticker_id');
  if (sticker) content.sticker = { id: sticker };
  if (url) files.push({ url, ...nameOf(url) });
  else if (!sticker) content.unsupported = type;
}

function readLocation(
  attachment: Values,
  payload: Values,
  url: string | null,
  content: MessageContent,
): void {
  const { lat, long } = valuesIn(payload, 'coordinates');
  const [latitude, longitude] = [Number(lat), Number(long)];
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return;
  const name = textIn(attachment, 'title');
  content.location = { latitude, longitude, ...(name && { name }), ...(url && { url }) };
}

function readShare(
  type: string,
  attachment: Values,
  payload: Values,
  url: string | null,
  { files, content }: Enclosed,
): void {
  const title = textIn(attachment, 'title') ?? textIn(payload, 'title');
  const externalId =
    idIn(payload, 'reel_video_id') ?? idIn(payload, 'ig_post_media_id') ?? idIn(payload, 'id');
  content.share = {
    ...(url && { url }),
    ...(title && { title }),
    ...(externalId && { externalId }),
  };
  // what was shared from elsewhere is a page, and no file
  if (url && type !== 'fallback' && type !== 'link') files.push({ url });
  const extra = attachment.payload;
  if (typeof extra === 'string' && extra !== '') content.fallback = extra;
  else if (isValues(extra) && !url && !title && !externalId) content.fallback = extra;
}

function storyId(payload: Values): { externalId?: string } {
  const externalId = idIn(payload, 'story_id') ?? idIn(payload, 'id');
  return externalId ? { externalId } : {};
}

/** The last part of an address, where it looks like a file's name. */
export function nameOf(url: string): { fileName?: string } {
  if (!URL.canParse(url)) return {};
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  return /^[^/]+\.[A-Za-z0-9]{2,5}$/.test(last) ? { fileName: decoded(last) } : {};
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
