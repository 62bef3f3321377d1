import { z } from 'zod';
import { presentEvent } from '../domain/event/present-event';
import { globalId, parseGlobalId, uuidOf, type IdKind } from '../domain/kit/ids';
import type { StoredEvent } from '../events/log';

/** The header with the event's place in its workspace, for consumers that don't read the payload. */
export const POSITION_HEADER = 'Parley-Position';

/**
 * The payload of a message: the event as every outlet presents it, and the ids of its workspace and
 * of what it is about. It says all that the log does, so that {@link decodeEvent} gets it back.
 */
export function encodeEvent(event: StoredEvent): string {
  const { workspaceId, conversationId, customerId, channelId } = event;
  return JSON.stringify({
    ...presentEvent(event),
    workspaceId: globalId('Workspace', workspaceId),
    conversationId: idOrNull('Conversation', conversationId),
    customerId: idOrNull('Customer', customerId),
    channelId: idOrNull('Channel', channelId),
  });
}

function idOrNull(kind: IdKind, uuid: string | null): string | null {
  return uuid === null ? null : globalId(kind, uuid);
}

function idOf(kind: IdKind) {
  return z.string().transform((id, context) => {
    const uuid = uuidOf(kind, id);
    if (uuid !== null) return uuid;
    context.addIssue({ code: 'custom', message: `is no id of a ${kind}` });
    return z.NEVER;
  });
}

const anyId = z.string().transform(bareId);

const payload = z.object({
  workspaceId: idOf('Workspace'),
  position: z.int().positive(),
  id: idOf('Event'),
  type: z.string(),
  version: z.int(),
  occurredAt: z.string(),
  recordedAt: z.string(),
  actor: z.object({ kind: z.string(), id: anyId }),
  subjectId: anyId,
  conversationId: idOf('Conversation').nullable(),
  customerId: idOf('Customer').nullable(),
  channelId: idOf('Channel').nullable(),
  data: z.record(z.string(), z.unknown()).transform(bareData),
});

/** Reads an event back as the log has it; null when the text is no event of Parley's. */
export function decodeEvent(text: string): StoredEvent | null {
  const parsed = payload.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function bareId(id: string): string {
  return parseGlobalId(id)?.uuid ?? id;
}

/** Ids are what stands under a name like `tagId` or `tagIds`. */
function bareData(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, bareValue(name, value)]),
  );
}

function bareValue(name: string, value: unknown): unknown {
  const isId = /Ids?$/.test(name);
  if (isId && typeof value === 'string') return bareId(value);
  if (isId && Array.isArray(value)) return value.map((id) => bareId(id as string));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return bareData(value as Record<string, unknown>);
}
