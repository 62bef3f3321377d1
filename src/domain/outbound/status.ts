import type { MessageStatus } from '../../entities/message';

const over: ReadonlySet<MessageStatus> = new Set(['SENT', 'DELIVERED', 'READ', 'FAILED']);

/** Whether nothing is to be done any longer to send a message, whoever has told. */
export function isSettled(status: MessageStatus | null): boolean {
  return status === null || over.has(status);
}
