import type { MessageStatus } from '../../entities/message';

const ranks: Record<MessageStatus, number> = {
  QUEUED: 0,
  SENDING: 1,
  FAILED: 2,
  SENT: 3,
  DELIVERED: 4,
  READ: 5,
};

/** Whether a message is on the platform, whoever has told. */
export function isSent(status: MessageStatus | null): boolean {
  return status !== null && ranks[status] >= ranks.SENT;
}

/** The later of two statuses: news in any order never move a message back. */
export function furthest(current: MessageStatus | null, news: MessageStatus): MessageStatus {
  return current !== null && ranks[current] >= ranks[news] ? current : news;
}
