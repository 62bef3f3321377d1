import type { OutboundAttachment, OutboundMessage } from '../kit/connector';
import { Rejected } from '../kit/errors';
import { longest } from './manifest';
import { handleOf } from './people';
import { fields, text } from './read';
import { filledTemplate } from './templates';

type Payload = Record<string, unknown>;

/** Whom a message goes to: a group, a number, or an id where there is no number. */
export function recipientOf({
  threadKey,
  platform,
  customer,
}: Pick<OutboundMessage['conversation'], 'threadKey' | 'platform' | 'customer'>): Payload {
  if (platform.groupId) return { recipient_type: 'group', to: text(platform.groupId) };
  // the number may have changed since the last message
  const number = customer?.profile?.phone ?? platform.phone;
  const known = handleOf(platform.userId, number);
  const { phone, userId } =
    known.phone || known.userId ? known : handleOf('', customer?.externalId ?? threadKey);
  if (phone) return { recipient_type: 'individual', to: phone };
  if (userId) return { recipient_type: 'individual', recipient: userId };
  throw new Rejected('NO_RECIPIENT', 'It is not known whom the conversation is with.');
}

/** What a message says, in WhatsApp’s words. */
export function contentOf(message: OutboundMessage, mediaId: string | null): Payload {
  const { body, attachments, content } = message;
  const [file] = attachments;
  if (content?.fromTemplate) {
    return { type: 'template', template: filledTemplate(content.fromTemplate) };
  }
  if (file && mediaId !== null) return mediaOf(file, mediaId, body);
  if (Array.isArray(content?.choices) && content.choices.length > 0) {
    return { type: 'interactive', interactive: choicesOf(body, content.choices) };
  }
  return { type: 'text', text: { body, preview_url: /https?:\/\//i.test(body) } };
}

function mediaOf({ contentType, fileName }: OutboundAttachment, id: string, body: string): Payload {
  const type = mediaType(contentType);
  if (body !== '' && type === 'audio') {
    const words = 'WhatsApp takes no text with a sound: send it as a message of its own.';
    throw new Rejected('TEXT_WITH_MEDIA', words);
  }
  requireShort(body);
  const caption = body === '' ? {} : { caption: body };
  const name = type === 'document' ? { filename: fileName } : {};
  return { type, [type]: { id, ...caption, ...name } };
}

const kinds: readonly [type: string, contentTypes: readonly string[]][] = [
  ['image', ['image/jpeg', 'image/png']],
  ['video', ['video/mp4', 'video/3gpp']],
  ['audio', ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg']],
];

function mediaType(contentType: string): string {
  const bare = contentType.toLowerCase().split(';')[0]!.trim();
  return kinds.find(([, types]) => types.includes(bare))?.[0] ?? 'document';
}

/** Up to three short choices are buttons; more, or longer ones, are a list. */
const MOST_BUTTONS = 3;
const LONGEST_BUTTON = 20;

function choicesOf(body: string, given: readonly unknown[]): Payload {
  requireShort(body);
  const choices = given.map((choice, index) => {
    const { title, payload, description } = fields(choice);
    return {
      id: text(payload) || String(index + 1),
      title: text(title),
      ...(text(description) && { description: text(description) }),
    };
  });
  const areButtons =
    choices.length <= MOST_BUTTONS &&
    choices.every(({ title, description }) => title.length <= LONGEST_BUTTON && !description);
  if (areButtons) {
    const buttons = choices.map(({ id, title }) => ({ type: 'reply', reply: { id, title } }));
    return { type: 'button', body: { text: body }, action: { buttons } };
  }
  const action = { button: '☰', sections: [{ rows: choices }] };
  return { type: 'list', body: { text: body }, action };
}

function requireShort(body: string): void {
  if ([...body].length <= longest.caption) return;
  const words = `WhatsApp takes at most ${longest.caption} characters beside a file or choices.`;
  throw new Rejected('TEXT_TOO_LONG', words);
}
