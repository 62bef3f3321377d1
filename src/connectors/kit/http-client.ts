import { Agent, request as send, type Dispatcher } from 'undici';
import { failureWords } from '../../outgoing/failure-words';
import { OutgoingRefused, type OutgoingGuard } from '../../outgoing/guard';
import { guardedConnect } from '../../outgoing/guarded-connect';
import { OutgoingTimeout } from '../../outgoing/http-client';
import { OutcomeUnknown, Rejected, RetryLater } from './errors';
import type { ConnectorHttp, ConnectorRequest, ConnectorResponse } from './http';

/** What surrounds each request of a channel. */
export interface RequestHooks {
  /**
   * Takes one from the account's budget.
   * @throws RetryLater where there is none left.
   */
  beforeRequest?(bucket: string): Promise<void>;
  /** Tells what the platform says is left. */
  afterResponse?(
    bucket: string,
    status: number,
    headers: ConnectorResponse['headers'],
  ): Promise<void>;
}

export interface ConnectorHttpOptions {
  /** The process's connections; see {@link createConnectorAgent}. */
  agent: Agent;
  /** The hosts that may be spoken to; `*.example.com` for all below, `*` for any that the guard allows. */
  hosts: readonly string[];
  /** Ends everything. */
  signal: AbortSignal;
  hooks?: RequestHooks;
}

const CONNECT_TIMEOUT = 5_000;
const REQUEST_TIMEOUT = 15_000;
const LARGEST_ANSWER = 4 * 1_024 * 1_024;

/** Connections that the channels of a process share; they lead only where the guard allows. */
export function createConnectorAgent(guard: OutgoingGuard): Agent {
  return new Agent({
    connect: guardedConnect(guard, CONNECT_TIMEOUT),
    // how long all of it may take is bounded by each request
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** HTTP for one channel: to its connector's hosts, bounded in time and size, without redirects. */
export function createConnectorHttp(options: ConnectorHttpOptions): ConnectorHttp {
  const { agent, hosts, signal, hooks = {} } = options;
  return {
    async request(request) {
      requireHost(request.url, hosts);
      const { bucket } = request;
      if (bucket !== undefined) await hooks.beforeRequest?.(bucket);
      const response = await exchange(request, agent, signal);
      if (bucket !== undefined) {
        await hooks.afterResponse?.(bucket, response.status, response.headers);
      }
      return response;
    },
  };
}

/** Whether a host is one of a list, in which `*.example.com` stands for all below, and `*` for any. */
export function isAmongHosts(hostname: string, hosts: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  return hosts.some((allowed) =>
    allowed.startsWith('*')
      ? host.endsWith(allowed.slice(1).toLowerCase())
      : host === allowed.toLowerCase(),
  );
}

function requireHost(url: string, hosts: readonly string[]): void {
  const { hostname, protocol } = URL.canParse(url) ? new URL(url) : { hostname: '', protocol: '' };
  const isHttp = protocol === 'https:' || protocol === 'http:';
  if (isHttp && isAmongHosts(hostname, hosts)) return;
  throw new Rejected('HOST_NOT_ALLOWED', `The connector has no business with ${hostname || url}.`);
}

async function exchange(
  request: ConnectorRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<ConnectorResponse> {
  const { url, method = 'GET', timeout = REQUEST_TIMEOUT, changes = method !== 'GET' } = request;
  const ending = new AbortController();
  const onAbort = () => ending.abort(signal.reason);
  const timer = setTimeout(() => ending.abort(new OutgoingTimeout()), timeout);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const answer = await send(url, {
      ...{ method, dispatcher: agent, signal: ending.signal },
      ...contentOf(request),
    });
    const body = await readBody(answer.body, request.largestAnswer ?? LARGEST_ANSWER);
    return responseOf(answer, body);
  } catch (error) {
    throw classify(error, changes);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function contentOf({ json, form, body, headers = {} }: ConnectorRequest): {
  headers: Record<string, string>;
  body?: Buffer | string;
} {
  const given = { 'user-agent': 'Parley', accept: 'application/json', ...headers };
  if (json !== undefined) {
    return {
      headers: { 'content-type': 'application/json', ...given },
      body: JSON.stringify(json),
    };
  }
  if (form !== undefined) {
    const type = 'application/x-www-form-urlencoded';
    return { headers: { 'content-type': type, ...given }, body: String(new URLSearchParams(form)) };
  }
  return { headers: given, body };
}

async function readBody(body: Dispatcher.ResponseData['body'], largest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > largest) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The answer is larger than the caller has room for. */
class AnswerTooLarge extends Error {}

function responseOf(answer: Dispatcher.ResponseData, body: Buffer): ConnectorResponse {
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
  return {
    status: answer.statusCode,
    headers,
    body,
    json() {
      try {
        return JSON.parse(body.toString('utf8')) as unknown;
      } catch {
        return null;
      }
    },
  };
}

const TOO_LARGE = 'The answer is larger than Parley takes.';

/** Failures by which no request has left: the connection did not come about. */
const notSent = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function classify(error: unknown, changes: boolean): Error {
  if (error instanceof OutgoingRefused) {
    return new Rejected('HOST_NOT_ALLOWED', error.message, { cause: error });
  }
  if (error instanceof AnswerTooLarge && !changes) {
    return new Rejected('TOO_LARGE', TOO_LARGE, { cause: error });
  }
  const words = error instanceof AnswerTooLarge ? TOO_LARGE : failureWords(error);
  return changes && !isUnsent(error)
    ? new OutcomeUnknown(words, { cause: error })
    : new RetryLater(words, undefined, { cause: error });
}

function isUnsent(error: unknown): boolean {
  // of several addresses that were tried, each has an error of its own
  const { errors, code } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  const codes = (errors as NodeJS.ErrnoException[] | undefined)?.map((it) => it.code) ?? [code];
  return codes.every((it) => it !== undefined && (notSent.has(it) || isTls(it)));
}

/** The certificate or the handshake is no good, so nothing was said. */
function isTls(code: string): boolean {
  return /CERT|^ERR_TLS|_SIGNED|^ERR_SSL|^EPROTO/.test(code);
}
