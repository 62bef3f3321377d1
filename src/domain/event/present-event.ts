import type { StoredEvent } from '../../events/log';
import { isTombstone, subjectKinds, subjectWord } from '../../events/registry';
import { globalId, type IdKind } from '../kit/ids';

/** An event as callers see it: ids with their prefixes. */
export interface PresentedEvent {
  /** `evt_…` */
  id: string;
  position: number;
  type: string;
  version: number;
  /** ISO 8601, as below. */
  occurredAt: string;
  recordedAt: string;
  actor: { kind: string; id: string };
  subjectId: string;
  /** Whether its subject is gone with it, or says nothing any longer. */
  tombstone: boolean;
  data: Record<string, unknown>;
}

/** An event as callers see it, whatever the outlet. */
export function presentEvent(event: StoredEvent): PresentedEvent {
  const { position, type, version, occurredAt, recordedAt } = event;
  return {
    id: globalId('Event', event.id),
    position,
    type,
    version,
    occurredAt,
    recordedAt,
    actor: presentActor(event.actor),
    subjectId: subjectIdOf(event),
    tombstone: isTombstone(type),
    data: presentData(event.data),
  };
}

const actorKinds: Record<string, IdKind> = {
  USER: 'User',
  API_KEY: 'ApiKey',
  CUSTOMER: 'Customer',
  CONNECTOR: 'Channel',
  SYSTEM: 'Workspace',
};

/** Who did it, with the id as callers see it. */
export function presentActor({ kind, id }: StoredEvent['actor']): PresentedEvent['actor'] {
  const idKind = actorKinds[kind];
  return { kind, id: idKind ? globalId(idKind, id) : id };
}

/** The id of what the event is about, as callers see it. */
export function subjectIdOf({ type, subjectId }: Pick<StoredEvent, 'type' | 'subjectId'>): string {
  const kind = subjectKinds[subjectWord(type)]?.kind;
  return kind ? globalId(kind, subjectId) : subjectId;
}

/** What the ids in an event's data name, by the name that they have there. */
const dataIds: Record<string, IdKind | undefined> = {
  assigneeId: 'User',
  channelId: 'Channel',
  conversationId: 'Conversation',
  customerId: 'Customer',
  identityId: 'CustomerIdentity',
  tagId: 'Tag',
  tagIds: 'Tag',
};

/** The facts of an event with ids as callers see them. */
export function presentData(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, presentValue(name, value)]),
  );
}

function presentValue(name: string, value: unknown): unknown {
  const kind = dataIds[name];
  if (kind && typeof value === 'string') return globalId(kind, value);
  if (kind && Array.isArray(value)) return value.map((id) => globalId(kind, id as string));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return presentData(value as Record<string, unknown>);
}
