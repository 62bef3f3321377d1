import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../kit/errors';
import type { ConnectorResponse } from '../kit/http';
import { secondsAsked } from '../kit/rate-limits';
import { fieldsOf, listOf, textOf, type Fields } from './fields';

/** X said no, in one of the forms that it has for that. */
export class XRefusal extends Error {
  constructor(
    readonly status: number,
    /** What its kind of problem is called, such as `resource-not-found`; empty where it has no name. */
    readonly kind: string,
    readonly words: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(`${status} ${kind}: ${words}`);
  }
}

export function refusalOf(response: ConnectorResponse): XRefusal {
  const body = fieldsOf(response.json()) ?? {};
  const [first] = listOf(body.errors);
  const words =
    textOf(body.detail) ??
    textOf(body.error_description) ??
    textOf(first?.detail) ??
    textOf(first?.message) ??
    textOf(body.message) ??
    textOf(body.title) ??
    'no reason given';
  return new XRefusal(response.status, kindOf(body, first), words, response.headers);
}

function kindOf(body: Fields, first: Fields | undefined): string {
  const type = textOf(body.type) ?? textOf(first?.type);
  if (type !== null) return type.slice(type.lastIndexOf('/') + 1);
  return textOf(body.error) ?? textOf(body.title) ?? textOf(body.reason) ?? '';
}

/** Whether the token is no good: a new one may be. */
export function asksForToken({ status }: XRefusal): boolean {
  return status === 401;
}

/** Whether what it is about is not there, or not any longer. */
export function saysGone({ status, kind }: XRefusal): boolean {
  return status === 404 || status === 410 || kind === 'resource-not-found';
}

/** Whether the same words were said already. */
export function saysDouble({ status, words }: XRefusal): boolean {
  return status === 403 && /duplicate|already said/i.test(words);
}

const CREDITS_PAUSE = 3_600;

/**
 * What a refusal means for the kit.
 * @param changes whether a failure leaves it open what was done
 */
export function kitErrorOf(
  refusal: XRefusal,
  now: Date,
  changes: boolean,
): RetryLater | ReconnectNeeded | Rejected | OutcomeUnknown {
  const { status, kind, words } = refusal;
  const cause = { cause: refusal };
  if (status === 429) return new RetryLater('X asks to wait.', waitOf(refusal, now), cause);
  if (status === 402) {
    return new RetryLater('The app’s credits on X are used up.', CREDITS_PAUSE, cause);
  }
  if (asksForToken(refusal)) {
    return new ReconnectNeeded('X does not accept the account’s access any longer.', cause);
  }
  if (status >= 500) {
    const said = `X failed with ${status} (${words}).`;
    return changes ? new OutcomeUnknown(said, cause) : new RetryLater(said, undefined, cause);
  }
  if (/suspended|locked/i.test(words) && status === 403) {
    return new ReconnectNeeded(`X says: ${words}`, cause);
  }
  return new Rejected(codeOf(status, kind, words), `X refused: ${words}`, cause);
}

/** Until the window that is used up begins anew: that of 15 minutes, or else that of the day. */
function waitOf({ headers }: XRefusal, now: Date): number | undefined {
  const resets = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour']
    .filter((name) => headers[`${name}-remaining`] === '0')
    .map((name) => Number(headers[`${name}-reset`]))
    .filter((seconds) => seconds > 0);
  if (resets.length === 0) return secondsAsked(headers, now) ?? undefined;
  return Math.max(1, Math.ceil(Math.max(...resets) - now.getTime() / 1_000));
}

const codes: readonly (readonly [said: RegExp, code: string])[] = [
  [/too long|280|character limit/i, 'TEXT_TOO_LONG'],
  [/duplicate|already said/i, 'DUPLICATE'],
  [
    /(cannot|can't|not able to|not allowed to) (send|receive).*message|dm settings/i,
    'CLOSED_TO_US',
  ],
  [/blocked/i, 'BLOCKED'],
  [/who can reply|reply.*(restricted|not allowed)|not allowed to reply/i, 'REPLIES_CLOSED'],
  [/media/i, 'FILE_REFUSED'],
];

function codeOf(status: number, kind: string, words: string): string {
  const known = codes.find(([said]) => said.test(words))?.[1];
  if (known !== undefined) return known;
  if (status === 404 || status === 410 || kind === 'resource-not-found') return 'NOT_FOUND';
  if (status === 403) return 'FORBIDDEN';
  const name = kind
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\W+/g, '_')
    .toUpperCase();
  return /^[A-Z][A-Z_]{2,60}$/.test(name) ? name : 'REFUSED';
}
