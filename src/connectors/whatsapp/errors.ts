import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../kit/errors';
import { waitOf, type KitError, type RefusedCall } from '../meta/graph-errors';
import type { GraphRefusal } from '../meta/graph-refusal';
import { failureOf } from './failures';

/** Refusals that pass by waiting: of the number, of the account, of one customer. */
const busy: ReadonlySet<number> = new Set([130429, 131048, 131056, 133016, 80007]);

/** To one customer one message every six seconds, once a burst is used up. */
const PAIR_LIMIT = 131056;
const PAIR_WAIT = 6;

/** WhatsApp’s own failures: nothing says whether the message is there. */
const broken: ReadonlySet<number> = new Set([131000, 131016, 133004]);

/** Nothing can be sent until a person has done something in Meta’s tools. */
const stopped: ReadonlySet<number> = new Set([131031, 131042, 131045, 131005]);

/** What WhatsApp’s own refusals mean; null for those that all of Meta’s platforms have. */
export function whatsappErrorOf(
  refusal: GraphRefusal,
  now: Date,
  { changes }: RefusedCall,
): KitError | null {
  const { code, words } = refusal;
  const cause = { cause: refusal };
  if (busy.has(code)) {
    const wait = waitOf(refusal, now) ?? (code === PAIR_LIMIT ? PAIR_WAIT : undefined);
    return new RetryLater(failureOf(code, words).message, wait, cause);
  }
  if (broken.has(code)) {
    const said = `WhatsApp failed (${code}): ${words}`;
    return changes ? new OutcomeUnknown(said, cause) : new RetryLater(said, undefined, cause);
  }
  if (stopped.has(code)) return new ReconnectNeeded(failureOf(code, words).message, cause);
  const isOwn = (code >= 130_000 && code < 140_000) || code === 470;
  if (!isOwn) return null;
  const { code: name, message } = failureOf(code, words);
  return new Rejected(name, message, cause);
}
