import { createHash } from 'node:crypto';
import type {
  ConversationItem,
  DeletionItem,
  EditItem,
  HidingItem,
  InboundItem,
  ReactionItem,
  ReceiptItem,
} from '../../connectors/kit/item';
import { textOf } from '../ingest/facts';

/** News of something that the platform has named before, or will name later. */
export type News =
  EditItem | DeletionItem | HidingItem | ReactionItem | ReceiptItem | ConversationItem;

export function isNews(item: InboundItem): item is News {
  return ['edit', 'deletion', 'hiding', 'reaction', 'receipt', 'conversation'].includes(item.type);
}

/** What news are about: by the platform's id, by our client key, or a whole conversation. */
export type Subject = ReceiptItem['about'];

export function subjectOf(news: News): Subject {
  if (news.type === 'conversation') return { threadKey: news.threadKey };
  return news.type === 'receipt' ? news.about : { externalId: news.externalId };
}

/** A subject's name, unique in its channel; kept with news that wait for it. */
export function nameOf(subject: Subject): string {
  return namesOf(subject)[0]!;
}

/** All of its names, the one by which it is waited for in front. */
export function namesOf(subject: Subject): string[] {
  if ('threadKey' in subject) return [`thread ${subject.threadKey}`];
  const { externalId, clientKey } = subject as { externalId?: string; clientKey?: string };
  return [
    ...(externalId === undefined ? [] : [`id ${externalId}`]),
    ...(clientKey === undefined ? [] : [`key ${clientKey}`]),
  ];
}

/** By which the same news are known again. */
export function keyOf(news: News): string {
  return createHash('sha256')
    .update(textOf(JSON.parse(JSON.stringify(news))))
    .digest('base64');
}

const MOMENTS = ['at', 'editedAt', 'deletedAt'];

/** News as they were kept as JSON. */
export function readNews(stored: Record<string, unknown>): News {
  const entries = Object.entries(stored).map(([name, value]) => [
    name,
    MOMENTS.includes(name) ? new Date(value as string) : value,
  ]);
  return Object.fromEntries(entries) as News;
}
