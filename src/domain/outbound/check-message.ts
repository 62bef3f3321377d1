import type { Capabilities, MediaKind, MediaLimit } from '../../connectors/kit/capabilities';
import { textLength, type TextUnit } from './text-length';

/** What is wrong with a message for its channel. Every reason is part of the API. */
export enum MessageFault {
  EMPTY = 'EMPTY',
  TEXT_NOT_SUPPORTED = 'TEXT_NOT_SUPPORTED',
  TEXT_TOO_LONG = 'TEXT_TOO_LONG',
  TEXT_WITH_MEDIA = 'TEXT_WITH_MEDIA',
  TOO_MANY_ATTACHMENTS = 'TOO_MANY_ATTACHMENTS',
  MEDIA_NOT_SUPPORTED = 'MEDIA_NOT_SUPPORTED',
  MEDIA_TYPE_NOT_SUPPORTED = 'MEDIA_TYPE_NOT_SUPPORTED',
  MEDIA_TOO_LARGE = 'MEDIA_TOO_LARGE',
  REPLY_NOT_SUPPORTED = 'REPLY_NOT_SUPPORTED',
}

/** A message that is to be sent. */
export interface Draft {
  body: string;
  attachments: readonly { contentType: string; byteSize: number }[];
  /** Whether it names the message that it answers. */
  isReply: boolean;
  /** Whether it offers something to press. */
  hasChoices?: boolean;
}

/** One thing that is wrong with a message. */
export interface DraftProblem {
  reason: MessageFault;
  /** For people: what to change. */
  message: string;
  /** The field of the draft. */
  field: 'body' | 'replyTo' | 'attachments';
  /** Of the attachment. */
  index?: number;
}

const units: Record<TextUnit, string> = {
  utf16: 'characters',
  codePoints: 'characters',
  graphemes: 'characters',
  bytes: 'bytes',
  weighted: 'characters, as the platform counts them',
};

/** What is wrong with a message, going by what can be sent on its channel. */
export function checkMessage(draft: Draft, capabilities: Capabilities): DraftProblem[] {
  const { body, attachments, isReply } = draft;
  if (body.trim() === '' && attachments.length === 0) {
    const message = 'There is nothing to send: write something.';
    return [{ reason: MessageFault.EMPTY, message, field: 'body' }];
  }
  const problems = [...checkText(draft, capabilities), ...checkFiles(attachments, capabilities)];
  if (isReply && !capabilities.replies) {
    const message = 'On this channel a message can’t name the one that it answers.';
    problems.push({ reason: MessageFault.REPLY_NOT_SUPPORTED, message, field: 'replyTo' });
  }
  return problems;
}

function checkText(draft: Draft, capabilities: Capabilities): DraftProblem[] {
  const { body, attachments } = draft;
  if (body === '') return [];
  const { unit } = capabilities.text;
  const longest = longestOf(draft, capabilities);
  const field = 'body';
  if (capabilities.text.longest === 0) {
    const message = 'No text can be sent on this channel.';
    return [{ reason: MessageFault.TEXT_NOT_SUPPORTED, message, field }];
  }
  if (longest === 0) {
    const message = 'No text can go with a file of this kind on this channel: send it apart.';
    return [{ reason: MessageFault.TEXT_WITH_MEDIA, message, field }];
  }
  const problems: DraftProblem[] = [];
  const length = textLength(body, unit);
  if (length > longest) {
    const message = `Must be at most ${longest} ${units[unit]}; it has ${length}.`;
    problems.push({ reason: MessageFault.TEXT_TOO_LONG, message, field });
  }
  if (attachments.length > 0 && !capabilities.textWithMedia) {
    const message = 'Text and files can’t go in one message on this channel: send them apart.';
    problems.push({ reason: MessageFault.TEXT_WITH_MEDIA, message, field });
  }
  return problems;
}

/** How long a text may be beside what goes with it. */
function longestOf(
  { attachments, hasChoices }: Draft,
  { text, media, choices }: Capabilities,
): number {
  const limits = attachments.map(
    ({ contentType }) => media[kindOf(contentType, media)]?.longestText,
  );
  if (hasChoices) limits.push(choices?.longestText);
  return Math.min(text.longest, ...limits.map((limit) => limit ?? text.longest));
}

function checkFiles(
  attachments: Draft['attachments'],
  { media, mostAttachments }: Capabilities,
): DraftProblem[] {
  const counts = new Map<MediaKind, number>();
  const problems = attachments.flatMap(({ contentType, byteSize }, index): DraftProblem[] => {
    const kind = kindOf(contentType, media);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const problem = checkFile({ contentType, byteSize }, kind, media[kind]);
    return problem ? [{ ...problem, field: 'attachments', index }] : [];
  });
  const crowded = [...counts].find(([kind, count]) => count > (media[kind]?.most ?? count));
  const most = crowded ? media[crowded[0]]!.most : mostAttachments;
  if (crowded || attachments.length > mostAttachments) {
    const what = crowded ? `files of the kind ${crowded[0]}` : 'files';
    const message = `Must be at most ${most} ${what} on this channel.`;
    problems.push({ reason: MessageFault.TOO_MANY_ATTACHMENTS, message, field: 'attachments' });
  }
  return problems;
}

function checkFile(
  { contentType, byteSize }: Draft['attachments'][0],
  kind: MediaKind,
  limit: MediaLimit | undefined,
): Pick<DraftProblem, 'reason' | 'message'> | null {
  if (!limit) {
    const message = `No files of the kind ${kind} can be sent on this channel.`;
    return { reason: MessageFault.MEDIA_NOT_SUPPORTED, message };
  }
  if (!fits(contentType, limit)) {
    const message = `Must be one of ${limit.contentTypes.join(', ')}.`;
    return { reason: MessageFault.MEDIA_TYPE_NOT_SUPPORTED, message };
  }
  if (byteSize <= limit.largestBytes) return null;
  const message = `Must be at most ${limit.largestBytes} bytes on this channel.`;
  return { reason: MessageFault.MEDIA_TOO_LARGE, message };
}

/** What a file is sent as: what it is, or a document where it can't be sent as that. */
function kindOf(contentType: string, media: Capabilities['media']): MediaKind {
  const [family] = contentType.toLowerCase().split('/');
  const own = family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
  const limit = media[own];
  if (limit && fits(contentType, limit)) return own;
  return media.document && fits(contentType, media.document) ? 'document' : own;
}

function fits(contentType: string, { contentTypes }: MediaLimit): boolean {
  const bare = contentType.toLowerCase().split(';')[0]!.trim();
  return contentTypes.some(
    (allowed) =>
      allowed === '*/*' ||
      allowed === bare ||
      (allowed.endsWith('/*') && bare.startsWith(allowed.slice(0, -1))),
  );
}
