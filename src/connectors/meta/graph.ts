import { OutcomeUnknown, RetryLater } from '../kit/errors';
import type { ConnectorHttp, ConnectorRequest } from '../kit/http';
import { kitErrorOf, type KitError, type RefusedCall } from './graph-errors';
import { refusalIn, type GraphRefusal } from './graph-refusal';
import { graphVersion } from './settings';
import { secretProof } from './signature';

type Params = Readonly<Record<string, string | number | undefined>>;

/** One request to the Graph API. */
export interface GraphCall extends Pick<
  ConnectorRequest,
  'method' | 'headers' | 'json' | 'form' | 'body' | 'timeout' | 'changes'
> {
  /** Below the version, such as `17841400000000000/messages`. */
  path: string;
  params?: Params;
  /** Which budget it costs; absent: the account's. */
  bucket?: string;
  /** See {@link RefusedCall.maybeDone}. */
  maybeDone?: boolean;
}

export interface GraphAccess {
  http: ConnectorHttp;
  clock: () => Date;
  /** The server, such as `https://graph.facebook.com`. */
  apiUrl: string;
  token: string;
  /** Absent: no proof is given, as for hosts that know none. */
  appSecret?: string;
  version?: string;
  /** What refusals mean that only one platform knows; null for all others. */
  ownErrors?(refusal: GraphRefusal, now: Date, call: RefusedCall): KitError | null;
}

type Answer = Readonly<Record<string, unknown>>;

/** Calls with the account's token. */
export interface Graph {
  /** @throws as the kit's `errors.ts` says. */
  call(call: GraphCall): Promise<Answer>;
  /** The same, but null where Meta refuses in a way that the caller expects. */
  callUnless(expected: (refusal: GraphRefusal) => boolean, call: GraphCall): Promise<Answer | null>;
  /** Page after page of a list's `data`. */
  pages(call: GraphCall): AsyncGenerator<readonly unknown[], void>;
}

/** A list that is longer is cut off. */
const MOST_PAGES = 1_000;

export function openGraph(access: GraphAccess): Graph {
  const { http, clock, apiUrl, token, appSecret, version = graphVersion } = access;
  const proof = appSecret ? { appsecret_proof: secretProof(token, appSecret) } : {};

  async function callUnless(expected: (refusal: GraphRefusal) => boolean, call: GraphCall) {
    const { path, params, bucket = 'graph', maybeDone = false, ...request } = call;
    const response = await http.request({
      ...request,
      url: urlOf(apiUrl, `${version}/${path}`, { ...params, ...proof }),
      headers: { ...request.headers, authorization: `Bearer ${token}` },
      bucket,
    });
    const changes = call.changes ?? (call.method ?? 'GET') !== 'GET';
    const refusal = refusalIn(response);
    if (refusal) {
      if (expected(refusal)) return null;
      const of = { changes, maybeDone };
      throw access.ownErrors?.(refusal, clock(), of) ?? kitErrorOf(refusal, clock(), of);
    }
    const answer = response.json();
    if (typeof answer === 'object' && answer !== null) return answer as Answer;
    const said = `Meta’s answer (${response.status}) can’t be read.`;
    throw changes ? new OutcomeUnknown(said) : new RetryLater(said);
  }

  async function call(it: GraphCall): Promise<Answer> {
    return (await callUnless(() => false, it))!;
  }

  async function* pages(it: GraphCall): AsyncGenerator<readonly unknown[], void> {
    let params: Params | null = it.params ?? {};
    for (let page = 0; params && page < MOST_PAGES; page++) {
      const answer: Answer = await call({ ...it, params });
      yield Array.isArray(answer.data) ? (answer.data as unknown[]) : [];
      params = nextPage(params, answer.paging);
    }
  }

  return { call, callUnless, pages };
}

function urlOf(apiUrl: string, path: string, params: Params): string {
  const url = new URL(`${apiUrl.replace(/\/+$/, '')}/${path}`);
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** What Meta itself put into the address of the next page, and what we put there again. */
const ownParams: ReadonlySet<string> = new Set(['access_token', 'appsecret_proof']);

/**
 * What the next page is asked with; null after the last one, which Meta tells by naming no next.
 * The address itself is not followed: it holds a token, and could lead anywhere.
 */
function nextPage(params: Params, paging: unknown): Params | null {
  const { next, cursors } = (paging ?? {}) as { next?: unknown; cursors?: { after?: unknown } };
  if (typeof next !== 'string') return null;
  const named = URL.canParse(next) ? [...new URL(next).searchParams] : [];
  const told = Object.fromEntries(named.filter(([name]) => !ownParams.has(name)));
  const after = typeof cursors?.after === 'string' ? { after: cursors.after } : {};
  const asked: Params = { ...params, ...told, ...after };
  const isNew = Object.entries(asked).some(([name, it]) => String(params[name]) !== String(it));
  return isNew ? asked : null;
}
