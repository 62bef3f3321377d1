import MailComposer from 'nodemailer/lib/mail-composer';
import type { KnownMessage, OutboundMessage } from '../kit/connector';
import { onOneLine, plainName } from './addresses';
import { messageIdOf } from './external-id';
import { ownId, replyAddress, tokenOf } from './own-ids';
import { pageOf, quoteOf } from './quote';
import type { MailSettings } from './settings';
import { isAnswer } from './subject';

/** A message as it goes out. */
export interface Composed {
  raw: Buffer;
  subject: string;
  references: string[];
}

/** Ancestors that an answer names: the first, and the newest. */
const MOST_REFERENCES = 20;

/** Makes the MIME of a message: the same one each time, so that a repetition is no other message. */
export async function compose(
  message: OutboundMessage,
  recipient: string,
  settings: MailSettings,
): Promise<Composed> {
  const token = tokenOf(message.clientKey);
  const { replyTo } = message;
  const ancestor = ancestorOf(message);
  const references = ancestor ? referencesOf(ancestor) : [];
  const answersTo = replyAddress(token, settings);
  const subject = subjectFor(message);
  const quote = replyTo?.direction === 'INBOUND' ? quoteOf(replyTo) : null;
  const composer = new MailComposer({
    from: {
      name: plainName(settings.senderName ?? message.authorName ?? ''),
      address: settings.address,
    },
    to: { name: plainName(message.conversation.customer?.displayName ?? ''), address: recipient },
    ...(answersTo === null ? {} : { replyTo: answersTo }),
    subject,
    messageId: bracketed(message.plannedId ?? ownId(token, settings)),
    date: message.queuedAt,
    ...(references.length > 0
      ? { inReplyTo: bracketed(references.at(-1)!), references: references.map(bracketed) }
      : {}),
    headers: message.isHuman ? {} : { 'Auto-Submitted': 'auto-generated' },
    text: quote === null ? message.body : `${message.body}\n\n${quote.text}`,
    html: pageOf(message.body, quote?.html ?? ''),
    attachments: await Promise.all(
      message.attachments.map(async (file) => ({
        filename: onOneLine(file.fileName),
        contentType: onOneLine(file.contentType),
        contentDisposition: 'attachment',
        content: await file.read(),
      })),
    ),
    baseBoundary: token,
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  return { raw: await composer.compile().build(), subject, references };
}

/** The mail that it follows in its thread: what it answers, or the newest where that is no mail. */
function ancestorOf({ replyTo, conversation }: OutboundMessage): KnownMessage | undefined {
  if (!replyTo?.isElsewhere) return replyTo ?? undefined;
  return conversation.history.find(({ isElsewhere }) => !isElsewhere);
}

const bracketed = (id: string) => `<${onOneLine(id)}>`;

/** What an answer to a message names; digests stand for what had no id. */
function referencesOf({ externalId, platform }: KnownMessage): string[] {
  const { references } = platform;
  const before = Array.isArray(references)
    ? references.filter((id): id is string => typeof id === 'string')
    : [];
  const own = messageIdOf(externalId);
  const all = [...new Set([...before, ...(own === null ? [] : [own])])].filter(
    (id) => !id.startsWith('sha256:'),
  );
  return all.length <= MOST_REFERENCES ? all : [all[0]!, ...all.slice(1 - MOST_REFERENCES)];
}

function subjectFor({ replyTo, conversation, content }: OutboundMessage): string {
  const said = [content?.['subject'], replyTo?.platform['subject'], conversation.subject];
  const [subject = ''] = said.filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const line = onOneLine(subject).slice(0, 500);
  if (!replyTo) return line;
  return isAnswer(line) ? line : `Re: ${line}`.trim();
}
