import type { ConnectorContext } from '../kit/connector';
import type { OutboundMessage, SentMessage } from '../kit/outbound-message';
import { openApi } from './api';
import { partnerIn } from './direct-messages';
import { idOf, listOf, textOf, writtenOf, type Fields } from './fields';
import { orderOfId, timeOfId, idOfTime } from './ids';
import { readPost } from './post';
import { postFields } from './queries';
import { mailboxOf, parentOf, sentMail, sentPost } from './send';

/** How far X's clock and ours may differ, in milliseconds. */
const DRIFT = 5 * 60_000;
const PAGE = 100;

/**
 * Looks among what the account has posted since the message was queued. X takes no name of ours along,
 * so it is known by its words and by what it answers.
 */
export function findSent(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const partner = partnerIn(message.conversation.threadKey);
  return partner === null ? findPost(message, context) : findMail(message, partner, context);
}

async function findPost(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const parent = parentOf(message);
  const { data } = await openApi(context).call({
    path: `/2/users/${context.channel.externalId}/tweets`,
    query: {
      ...postFields,
      ...{ max_results: PAGE, since_id: idOfTime(queuedSince(message)) },
    },
    bucket: 'timeline',
  });
  const beside = { media: new Map(), others: new Map() };
  const posts = listOf(data).flatMap((one) => readPost(one, beside) ?? []);
  const found = posts
    .filter(({ id, answers }) => answers?.id === parent && !isKnown(id, message))
    .filter(({ text, textStart }) => isAlike(pointsFrom(text, textStart), message.body))
    .map(({ id }) => id);
  return found.length > 0 ? sentPost(earliest(found)) : null;
}

async function findMail(
  message: OutboundMessage,
  partner: string,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const { data } = await openApi(context).call({
    path: `${mailboxOf(message, partner)}/dm_events`,
    query: {
      'dm_event.fields': ['id', 'text', 'event_type', 'created_at', 'dm_conversation_id'],
      ...{ event_types: ['MessageCreate'], expansions: ['sender_id'], max_results: PAGE },
    },
    bucket: 'dm-read',
  });
  const since = queuedSince(message);
  const isOurs = (one: Fields) => {
    const id = idOf(one, 'id');
    const at = id === null ? null : timeOfId(id);
    if (id === null || !at || at < since || isKnown(id, message)) return false;
    if (idOf(one, 'sender_id') !== context.channel.externalId) return false;
    return isAlike(writtenOf(textOf(one.text) ?? ''), message.body);
  };
  const found = listOf(data)
    .filter(isOurs)
    .map((one) => idOf(one, 'id')!);
  return found.length > 0 ? sentMail(earliest(found)) : null;
}

function queuedSince({ queuedAt }: OutboundMessage): Date {
  return new Date(queuedAt.getTime() - DRIFT);
}

function isKnown(id: string, { conversation }: OutboundMessage): boolean {
  return conversation.history.some(({ externalId }) => externalId === id);
}

/** Where the names end that X puts in front, in characters as X counts them. */
function pointsFrom(text: string, start: number): string {
  return [...text].slice(start).join('');
}

/** The same words but for links, which X writes anew and adds for files. */
function isAlike(said: string, meant: string): boolean {
  return plain(said) === plain(meant);
}

function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\bhttps?:\/\/\S+/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function earliest(ids: readonly string[]): string {
  return ids.reduce((a, b) => (orderOfId(a) <= orderOfId(b) ? a : b));
}
