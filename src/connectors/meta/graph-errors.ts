import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../kit/errors';
import { allowanceOf, secondsAsked } from '../kit/rate-limits';
import type { GraphRefusal } from './graph-refusal';

export type KitError = RetryLater | ReconnectNeeded | Rejected | OutcomeUnknown;

/** What a refusal was an answer to. */
export interface RefusedCall {
  /** Whether a failure leaves it open what was done. */
  changes: boolean;
  /**
   * Whether Meta is known to refuse this after it did it, as it does with comments: then what was
   * refused is looked for before anything else.
   */
  maybeDone: boolean;
}

const rateCodes: ReadonlySet<number> = new Set([4, 17, 32, 341, 613]);
const temporaryCodes: ReadonlySet<number> = new Set([1, 2, 1200]);
const permissionCodes: ReadonlySet<number> = new Set([3, 10]);

/** What people can do about a token that is no good any longer, by subcode. */
const tokenWords: Readonly<Record<number, string>> = {
  458: 'The app was removed from the account.',
  459: 'Meta wants the person who connected the account to sign in there first.',
  460: 'The password of the person who connected the account has changed.',
  463: 'The access token has expired.',
  464: 'Meta wants the person who connected the account to sign in there first.',
  467: 'The access token is not valid any longer.',
  490: 'Meta wants the person who connected the account to sign in there first.',
  492: 'The person who connected the account has no role there any longer.',
};

/** Refusals that no second attempt changes, by code and subcode. */
const finalRefusals: Readonly<Record<string, [code: string, message: string]>> = {
  '10/2018278': ['WINDOW_CLOSED', 'The customer’s last message is too long ago to answer.'],
  '10/2534022': ['WINDOW_CLOSED', 'The customer’s last message is too long ago to answer.'],
  '551/0': ['RECIPIENT_UNAVAILABLE', 'The person can’t be reached at present.'],
  '100/2018001': ['RECIPIENT_UNKNOWN', 'Meta knows nobody by that id.'],
};

/** What a refusal of the Graph API means for the kit. */
export function kitErrorOf(refusal: GraphRefusal, now: Date, call: RefusedCall): KitError {
  const { status, code, subcode, words, isTransient } = refusal;
  const cause = { cause: refusal };
  const final = finalRefusals[`${code}/${subcode}`] ?? finalRefusals[`${code}/0`];
  if (final) return new Rejected(...final, cause);
  if (code === 190 || code === 102 || status === 401 || /appsecret_proof/i.test(words)) {
    return new ReconnectNeeded(tokenWords[subcode] ?? `Meta refuses the access: ${words}`, cause);
  }
  if (isRateLimit(refusal)) {
    return new RetryLater('Meta asks to wait.', waitOf(refusal, now), cause);
  }
  if (permissionCodes.has(code) || (code >= 200 && code <= 299)) {
    return new ReconnectNeeded(`Meta does not permit this to the app: ${words}`, cause);
  }
  if (code === 368) {
    return new ReconnectNeeded(`Meta has blocked the account: ${words}`, cause);
  }
  if (temporaryCodes.has(code) || isTransient || status >= 500 || call.maybeDone) {
    return uncertain(refusal, call);
  }
  return new Rejected(`META_${code}`, `Meta refused: ${words}`, cause);
}

/** A failure that may pass, or of which nobody knows what it left behind. */
function uncertain(refusal: GraphRefusal, call: RefusedCall): KitError {
  const said = `Meta failed with ${refusal.status} (${refusal.words}).`;
  return call.maybeDone || (call.changes && refusal.status >= 500)
    ? new OutcomeUnknown(said, { cause: refusal })
    : new RetryLater(said, undefined, { cause: refusal });
}

/** Codes 80000 to 80014 are those of one business use case each. */
function isRateLimit({ status, code }: GraphRefusal): boolean {
  return status === 429 || rateCodes.has(code) || (code >= 80_000 && code <= 80_014);
}

/** For how many seconds Meta asks to be left alone, where it says so. */
export function waitOf({ status, headers }: GraphRefusal, now: Date): number | undefined {
  const asked = secondsAsked(headers, now);
  if (asked !== null) return asked;
  const allowance = allowanceOf(status, headers, now);
  if (allowance?.remaining !== 0) return undefined;
  return Math.max(1, Math.ceil((allowance.resetsAt.getTime() - now.getTime()) / 1_000));
}
