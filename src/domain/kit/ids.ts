import { LRUCache } from 'lru-cache';
import { fromString, toUUID, typeidUnboxed } from 'typeid-js';
import { encodeSuffix } from './typeid-suffix';

/** Prefix of each kind of id at the edge; inside and in the database an id is its bare UUIDv7. */
export const idPrefixes = {
  ApiKey: 'key',
  Attachment: 'att',
  AuditEntry: 'aud',
  Channel: 'chn',
  Company: 'com',
  Conversation: 'cnv',
  Customer: 'cus',
  CustomerIdentity: 'idn',
  Event: 'evt',
  InboundDelivery: 'ind',
  LifecycleTransition: 'lct',
  Message: 'msg',
  MessageRevision: 'rev',
  MessageTemplate: 'tpl',
  Post: 'pst',
  Tag: 'tag',
  Touchpoint: 'tch',
  Upload: 'upl',
  User: 'usr',
  WebhookDelivery: 'whd',
  WebhookEndpoint: 'whe',
  Workspace: 'wsp',
} as const;

export type IdKind = keyof typeof idPrefixes;

const kinds = new Map(Object.entries(idPrefixes).map(([kind, prefix]) => [prefix, kind as IdKind]));

/** Mints a time-ordered UUID (version 7). */
export function newId(): string {
  return toUUID(typeidUnboxed());
}

/** Suffixes written lately: inboxes are read again and again, and their channels come in every row. */
const suffixes = new LRUCache<string, string>({ max: 20_000 });

/** The id that callers see: `cnv_01h…`. */
export function globalId(kind: IdKind, uuid: string): string {
  let suffix = suffixes.get(uuid);
  if (suffix === undefined) suffixes.set(uuid, (suffix = encodeSuffix(uuid)));
  return `${idPrefixes[kind]}_${suffix}`;
}

/** Kind and UUID of an id from outside, or null when it is not an id of Parley's. */
export function parseGlobalId(id: string): { kind: IdKind; uuid: string } | null {
  const kind = kinds.get(id.slice(0, id.indexOf('_')) as never);
  if (!kind || id.length !== idPrefixes[kind].length + 27) return null;
  try {
    return { kind, uuid: toUUID(fromString(id, idPrefixes[kind])) };
  } catch {
    return null;
  }
}

/** The UUID of an id of this kind, or null for anything else: unknown and foreign ids look the same. */
export function uuidOf(kind: IdKind, id: string): string | null {
  const parsed = parseGlobalId(id);
  return parsed?.kind === kind ? parsed.uuid : null;
}
