import type { InboundItem } from '../../kit/item';
import { idIn, isValues, valuesIn, type Values } from '../values';
import type { TalkEvent } from './talk';

/** Which app has a talk, and since when, in the facts of a conversation. */
export interface Holding {
  /** The app's id; `other` where only that it is another one is known, empty for ours. */
  heldBy: string;
  heldAt: number;
}

/** What reading along shows: another app has the talk. */
export function standbyHolding(at: Date): Holding {
  return { heldBy: 'other', heldAt: at.getTime() };
}

/** The talk goes from one app to another. */
export function readHandover(event: TalkEvent): InboundItem[] {
  const { values, threadKey, at, appId } = event;
  const heldBy = holderAfter(values, appId);
  if (heldBy === null) return [];
  const platform = { heldBy, heldAt: at.getTime() };
  return [{ type: 'conversation', threadKey, platform, at }];
}

function holderAfter(values: Values, appId: string | null): string | null {
  if (isValues(values.pass_thread_control)) {
    const owner = idIn(values.pass_thread_control, 'new_owner_app_id');
    return owner === null || owner === appId ? '' : owner;
  }
  // who is told of this has lost it
  if (isValues(values.take_thread_control)) return 'other';
  const roles = valuesIn(values, 'app_roles');
  const mine = appId === null ? undefined : roles[appId];
  return Array.isArray(mine) && mine.includes('primary_receiver') ? '' : null;
}

/** Why a talk can't be answered in: another app has it, and the customer has not come back since. */
export function heldByOther({
  platform,
  lastInboundAt,
}: {
  platform: Readonly<Record<string, unknown>>;
  lastInboundAt: Date | null;
}): string | null {
  const { heldBy, heldAt } = platform;
  if (typeof heldBy !== 'string' || heldBy === '') return null;
  if (typeof heldAt === 'number' && lastInboundAt && lastInboundAt.getTime() > heldAt) return null;
  const who = heldBy === 'other' ? 'Another app' : `Another app (${heldBy})`;
  return `${who} has this conversation at Meta: answer there, or have it handed over to this one.`;
}
