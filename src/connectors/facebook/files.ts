import type { InboundAttachment, MessageContent } from '../kit/item';
import { nameOf } from '../meta/messaging/attachments';
import { isValues, textIn, type Values } from '../meta/values';

/** Pictures and videos of a post or comment. */
export function filesOf(value: Values): InboundAttachment[] {
  const photos: unknown[] = Array.isArray(value.photos) ? value.photos : [];
  const urls = [value.photo, value.video, ...photos.map((it) => (isValues(it) ? it.url : it))];
  if (isFile(value)) urls.push(value.link);
  const told = urls.filter((url): url is string => typeof url === 'string' && URL.canParse(url));
  return [...new Set(told)].map((url) => ({ url, ...nameOf(url) }));
}

/** The link of a photo or video is the thing itself, any other a page somewhere. */
function isFile(value: Values): boolean {
  return ['photo', 'video'].includes(textIn(value, 'item') ?? '');
}

/** The page that a post or comment points at. */
export function shareOf(value: Values): MessageContent {
  const url = isFile(value) ? null : textIn(value, 'link');
  return url ? { share: { url } } : {};
}

/** Files and link as parts of a message; nothing where there are none. */
export function enclosedIn(value: Values): {
  attachments?: InboundAttachment[];
  content?: MessageContent;
} {
  const [attachments, content] = [filesOf(value), shareOf(value)];
  return {
    ...(attachments.length > 0 && { attachments }),
    ...(Object.keys(content).length > 0 && { content }),
  };
}
