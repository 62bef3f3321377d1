import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../kit/errors';
import type { ConnectorHttp, ConnectorResponse } from '../kit/http';

/** A call by the network's protocol: a name, and what it takes. */
export interface XrpcCall {
  /** Name of the method, such as `app.bsky.feed.getPosts`. */
  method: string;
  /** Values of the address; a list comes as the name repeated. */
  params?: Record<string, string | number | readonly string[] | undefined>;
  /** Makes it a procedure, with this as JSON. */
  json?: unknown;
  /** Makes it a procedure, with this as its body. */
  upload?: { bytes: Buffer; contentType: string };
  token?: string;
  /** Whether the other side is another one afterwards; absent: every procedure does that. */
  changes?: boolean;
  bucket?: string;
  timeout?: number;
  largestAnswer?: number;
}

/** The other side said no; `code` is its word for why. */
export class XrpcRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly words: string,
    readonly retryAt: Date | null,
  ) {
    super(`${code}: ${words}`);
  }
}

/** @throws XrpcRefusal for every answer but a good one. */
export async function callXrpc(
  http: ConnectorHttp,
  service: string,
  call: XrpcCall,
): Promise<ConnectorResponse> {
  const { json, upload, token } = call;
  const response = await http.request({
    method: isProcedure(call) ? 'POST' : 'GET',
    changes: changesOf(call),
    url: urlOf(service, call),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(upload && { 'content-type': upload.contentType }),
    },
    ...(upload ? { body: upload.bytes } : json !== undefined && json !== null && { json }),
    ...(call.bucket !== undefined && { bucket: call.bucket }),
    ...(call.timeout !== undefined && { timeout: call.timeout }),
    ...(call.largestAnswer !== undefined && { largestAnswer: call.largestAnswer }),
  });
  if (response.status < 200 || response.status > 299) throw refusalOf(response);
  return response;
}

function isProcedure({ json, upload }: XrpcCall): boolean {
  return json !== undefined || upload !== undefined;
}

/** Whether a failure leaves it open what was done. */
export function changesOf(call: XrpcCall): boolean {
  return call.changes ?? isProcedure(call);
}

function urlOf(service: string, { method, params = {} }: XrpcCall): string {
  const url = new URL(`/xrpc/${method}`, service);
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) {
      if (one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  return url.href;
}

function refusalOf(response: ConnectorResponse): XrpcRefusal {
  const body = response.json() as { error?: unknown; message?: unknown } | null;
  const code = typeof body?.error === 'string' ? body.error : `HTTP ${response.status}`;
  const words = typeof body?.message === 'string' ? body.message : 'no reason given';
  const reset = Number(response.headers['ratelimit-reset']);
  const retryAt = response.status === 429 && reset > 0 ? new Date(reset * 1_000) : null;
  return new XrpcRefusal(response.status, code, words, retryAt);
}

/** Whether a session is at its end, and a new token is needed. */
export function asksForToken({ status, code }: XrpcRefusal): boolean {
  return code === 'ExpiredToken' || code === 'InvalidToken' || status === 401;
}

/** Whether it says that the record or its owner is not there. */
export function saysGone({ status, code, words }: XrpcRefusal): boolean {
  if (status !== 400 && status !== 404) return false;
  return code === 'RecordNotFound' || /could not locate record/i.test(words);
}

const accountTrouble: Readonly<Record<string, string>> = {
  AccountTakedown: 'Bluesky has taken the account down.',
  AccountSuspended: 'Bluesky has suspended the account.',
  AccountDeactivated: 'The account is deactivated.',
  RepoTakendown: 'Bluesky has taken the account down.',
  RepoSuspended: 'Bluesky has suspended the account.',
  RepoDeactivated: 'The account is deactivated.',
  AuthFactorTokenRequired:
    'The account asks for a code at each sign-in: make an app password for Parley instead.',
};

/** What a refusal means for the kit. */
export function kitErrorOf(
  refusal: XrpcRefusal,
  now: Date,
  changes: boolean,
): RetryLater | ReconnectNeeded | Rejected | OutcomeUnknown {
  const { status, code, words, retryAt } = refusal;
  const cause = { cause: refusal };
  if (status === 429) {
    const wait = retryAt && Math.max(1, Math.ceil((retryAt.getTime() - now.getTime()) / 1_000));
    return new RetryLater('Bluesky asks to wait.', wait ?? undefined, cause);
  }
  const trouble = accountTrouble[code];
  if (trouble !== undefined) return new ReconnectNeeded(trouble, cause);
  if (asksForToken(refusal)) {
    return new ReconnectNeeded('Bluesky does not accept the session any longer.', cause);
  }
  if (status >= 500) {
    const said = `Bluesky failed with ${status} (${words}).`;
    return changes ? new OutcomeUnknown(said, cause) : new RetryLater(said, undefined, cause);
  }
  return new Rejected(rejectionCode(refusal), `Bluesky refused: ${words}`, cause);
}

function rejectionCode({ code, words }: XrpcRefusal): string {
  if (/too (big|long)/i.test(words)) return /text/.test(words) ? 'TEXT_TOO_LONG' : 'FILE_REFUSED';
  if (/^(BlobTooLarge|InvalidMimeType|RecordTooLong|PayloadTooLarge)$/.test(code)) {
    return code === 'RecordTooLong' ? 'TEXT_TOO_LONG' : 'FILE_REFUSED';
  }
  if (/^Blocked(By)?Actor$/.test(code)) return 'BLOCKED';
  return code
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\W+/g, '_')
    .toUpperCase();
}
