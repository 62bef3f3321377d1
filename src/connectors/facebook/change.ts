import type { Party } from '../kit/item';
import { idIn, momentIn, textIn, valuesIn, type Values } from '../meta/values';

/** Something that happened on a Page, as `changes` tell of it. */
export interface Change {
  value: Values;
  /** The Page's id. */
  page: string;
  entryTime: Date;
}

/** Who did it; null where Meta does not say. */
export function actorOf({ value }: Change): Party | null {
  const from = valuesIn(value, 'from');
  const externalId =
    idIn(from, 'id') ??
    idIn(value, 'sender_id') ??
    idIn(value, 'user_id') ??
    idIn(value, 'reviewer_id');
  if (externalId === null) return null;
  const displayName =
    textIn(from, 'name') ?? textIn(value, 'sender_name') ?? textIn(value, 'reviewer_name');
  return { externalId, ...(displayName && { displayName }) };
}

/** Whether the Page itself did it. */
export function isByPage(change: Change): boolean {
  return actorOf(change)?.externalId === change.page;
}

/** When the thing came into being, as far as Meta says. */
export function createdAt({ value, entryTime }: Change): Date {
  return momentIn(value, 'created_time') ?? entryTime;
}

/** What happened to it, in one word of several spellings. */
export function verbOf({ value }: Change): string {
  const verb = textIn(value, 'verb') ?? '';
  return verb === 'edited' || verb === 'update' ? 'edit' : verb === 'delete' ? 'remove' : verb;
}

/** Somebody of whom Meta gives neither name nor id. */
export const unnamed = { name: 'Somebody on Facebook' };
