import type { ConnectorContext } from '../kit/connector';
import { OutcomeUnknown, ReconnectNeeded, RetryLater } from '../kit/errors';
import type { ConnectorRequest } from '../kit/http';
import { fieldsOf, textOf, type Fields } from './fields';
import { asksForToken, kitErrorOf, refusalOf, XRefusal } from './problems';
import { renewTokens } from './tokens';

/** A call of X's API. */
export interface XCall {
  method?: ConnectorRequest['method'];
  /** Such as `/2/tweets`. */
  path: string;
  /** What is undefined is left out; lists are written with commas. */
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  json?: unknown;
  /** In whose name: the account's, or the app's. */
  as?: 'account' | 'app';
  /** Which of X's limits it counts against. */
  bucket?: string;
  /** Whether X is another one afterwards; absent: all but GET. */
  changes?: boolean;
  timeout?: number;
}

/** X as one account, or its app, speaks to it. */
export interface XApi {
  /** Gives the whole answer. @throws as the kit's `errors.ts` says. */
  call(call: XCall): Promise<Fields>;
  /** The same, but null where X refuses in a way that the caller expects. */
  callUnless(expected: (refusal: XRefusal) => boolean, call: XCall): Promise<Fields | null>;
}

export function openApi(context: ConnectorContext): XApi {
  async function callUnless(expected: (refusal: XRefusal) => boolean, call: XCall) {
    const changes = changesOf(call);
    try {
      return await send(context, call);
    } catch (error) {
      if (!(error instanceof XRefusal)) throw error;
      if (expected(error)) return null;
      if (call.as === 'app' && asksForToken(error)) {
        throw new ReconnectNeeded('X does not accept the app’s bearer token.', { cause: error });
      }
      throw kitErrorOf(error, context.clock(), changes);
    }
  }
  return {
    callUnless,
    async call(call) {
      return (await callUnless(() => false, call))!;
    },
  };
}

async function send(context: ConnectorContext, call: XCall): Promise<Fields> {
  if (call.as === 'app') return exchange(context, call, appToken(context));
  const token = text(context.channel.settings.accessToken);
  try {
    return await exchange(context, call, token);
  } catch (error) {
    if (!(error instanceof XRefusal && asksForToken(error))) throw error;
  }
  // nothing was done with a token that does not count, so the same again does no harm
  const settings = await renewTokens(context, token);
  return exchange(context, call, text(settings.accessToken));
}

/** @throws XRefusal */
async function exchange(
  { http, channel }: ConnectorContext,
  call: XCall,
  token: string,
): Promise<Fields> {
  const { method = 'GET', json, bucket, timeout } = call;
  const response = await http.request({
    ...{ method, url: urlOf(text(channel.settings.apiUrl), call), changes: changesOf(call) },
    headers: { authorization: `Bearer ${token}` },
    ...(json !== undefined && { json }),
    ...(bucket !== undefined && { bucket }),
    ...(timeout !== undefined && { timeout }),
  });
  if (response.status < 200 || response.status > 299) throw refusalOf(response);
  const answer = fieldsOf(response.json());
  // X says yes and gives nothing but reasons why not
  if (answer && answer.data === undefined && Array.isArray(answer.errors)) {
    throw refusalOf({ ...response, status: 400 });
  }
  if (answer || response.status === 204) return answer ?? {};
  const said = 'X gave an answer that can’t be read.';
  throw changesOf(call) ? new OutcomeUnknown(said) : new RetryLater(said);
}

function changesOf({ method = 'GET', changes }: XCall): boolean {
  return changes ?? method !== 'GET';
}

function urlOf(base: string, { path, query = {} }: XCall): string {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) {
    const given = Array.isArray(value) ? value.join(',') : value;
    if (given !== undefined && given !== '') url.searchParams.set(name, String(given));
  }
  return url.href;
}

function appToken({ channel }: ConnectorContext): string {
  const token = textOf(channel.settings.appBearerToken);
  if (token !== null) return token;
  throw new ReconnectNeeded('The bearer token of the app is missing.');
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
