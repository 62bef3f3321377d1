import type { ConversationStatus } from '../../entities/conversation';

export type StatusChange = 'close' | 'reopen';

const transitions: Record<StatusChange, Partial<Record<ConversationStatus, ConversationStatus>>> = {
  close: { OPEN: 'CLOSED' },
  reopen: { CLOSED: 'OPEN' },
};

/** Where a change leads from a status, or null when it changes nothing there. */
export function nextStatus(
  current: ConversationStatus,
  change: StatusChange,
): ConversationStatus | null {
  return transitions[change][current] ?? null;
}
