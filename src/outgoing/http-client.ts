import { Agent, request, type Dispatcher } from 'undici';
import type { OutgoingGuard } from './guard';
import { guardedConnect } from './guarded-connect';

/** What a server answered. */
export interface OutgoingAnswer {
  status: number;
  /** By their names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** The beginning of the body as text. */
  excerpt: string;
}

export interface OutgoingPost {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** How many milliseconds all of it may take. */
  timeout: number;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** Raised when an answer takes too long. */
export class OutgoingTimeout extends Error {}

/** How long a connection may take, name look-up and encryption included, in milliseconds. */
const CONNECT_TIMEOUT = 5_000;
/** How much of a body is kept, in bytes. */
const EXCERPT = 2_048;
/** How much of a body is read for the sake of using the connection again, in bytes. */
const MOST_READ = 65_536;

/**
 * Sends requests to servers that others have named: to allowed addresses only, without following
 * redirects, by no proxy, and with bounds on time and on the size of answers.
 */
export class OutgoingClient {
  private readonly agent: Agent;

  constructor(guard: OutgoingGuard) {
    this.agent = new Agent({
      connect: guardedConnect(guard, CONNECT_TIMEOUT),
      // how long all of it may take is bounded by each request
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * Sends a request and reads the beginning of the answer.
   * @throws OutgoingRefused for a host that is not allowed, OutgoingTimeout, the signal's reason, or
   *   an error of the connection; see `failureWords`.
   */
  async post({ url, headers, body, timeout, signal }: OutgoingPost): Promise<OutgoingAnswer> {
    const ending = new AbortController();
    const onAbort = () => ending.abort(signal?.reason);
    const timer = setTimeout(() => ending.abort(new OutgoingTimeout()), timeout);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      const answer = await request(url, {
        method: 'POST',
        headers,
        body,
        dispatcher: this.agent,
        signal: ending.signal,
      });
      const excerpt = await readExcerpt(answer.body);
      return { status: answer.statusCode, headers: answer.headers, excerpt };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Closes all connections. */
  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** The status is known by now: a body that breaks off, or goes on for ever, changes nothing. */
async function readExcerpt(body: Dispatcher.ResponseData['body']): Promise<string> {
  const kept: Buffer[] = [];
  let read = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (read < EXCERPT) kept.push(chunk.subarray(0, EXCERPT - read));
      read += chunk.length;
      if (read >= MOST_READ) break;
    }
  } catch {
    // what came until then is kept
  }
  // in pieces, because the end may be cut within a character; PostgreSQL takes no NUL
  const text = new TextDecoder().decode(Buffer.concat(kept), { stream: true });
  return text.replaceAll('\0', '\ufffd');
}
