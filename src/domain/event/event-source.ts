import type { StoredEvent } from '../../events/log';
import { isTombstone, subjectWord } from '../../events/registry';

/** What the GraphQL type Event is resolved from; its objects are read by their ids when asked for. */
export interface EventSource extends StoredEvent {
  tombstone: boolean;
  messageId: string | null;
  touchpointId: string | null;
}

/** An event with the ids of the objects that it touches. */
export function eventSource(event: StoredEvent): EventSource {
  const word = subjectWord(event.type);
  return {
    ...event,
    tombstone: isTombstone(event.type),
    messageId: word === 'message' ? event.subjectId : null,
    touchpointId: word === 'touchpoint' ? event.subjectId : null,
  };
}
