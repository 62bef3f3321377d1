import type { Greeting } from './answers';
import type { Credentials } from './credentials';
import { Trouble } from './trouble';

interface Failure {
  message: string;
  extensions?: { code?: string; retryAfter?: number };
}

interface Body {
  data?: unknown;
  errors?: Failure[];
}

/** How long one request may take, in milliseconds; a file takes its time. */
const TIMEOUT = 20_000;
const UPLOAD_TIMEOUT = 300_000;

/** The chat's addresses on Parley. */
export class Api {
  credentials!: Credentials;

  /** @param base of the chat: `https://host/chat/CHANNEL`. */
  constructor(private readonly base: string) {}

  async greeting(): Promise<Greeting> {
    return (await this.request('greeting', {})) as Greeting;
  }

  async openSession(): Promise<string> {
    const { token } = (await this.request('sessions', { method: 'POST' })) as { token: string };
    return token;
  }

  /** Runs an operation as whoever is known; a token that has run out is renewed once. */
  async ask<T>(query: string, variables: object, token?: string): Promise<T> {
    const body = JSON.stringify({ query, variables });
    const headers = { 'content-type': 'application/json' };
    const answer = await this.asKnown('graphql', { method: 'POST', headers, body }, token);
    const { data, errors } = answer as Body;
    if (errors?.length || data == null) throw troubleOf(200, errors);
    return data as T;
  }

  /** Puts a file there, to be sent; gives its id. */
  async upload(file: File): Promise<string> {
    const headers = { 'content-type': file.type || 'application/octet-stream' };
    const path = `uploads?fileName=${encodeURIComponent(file.name)}`;
    const init = { method: 'POST', headers, body: file };
    return ((await this.asKnown(path, init, undefined, UPLOAD_TIMEOUT)) as { id: string }).id;
  }

  private async asKnown(
    path: string,
    init: RequestInit,
    given?: string,
    timeout?: number,
  ): Promise<unknown> {
    for (let isAgain = false; ; isAgain = true) {
      const token = given ?? (await this.credentials.required());
      const headers = { ...(init.headers as object), authorization: `Bearer ${token}` };
      try {
        return await this.request(path, { ...init, headers }, timeout);
      } catch (error) {
        const isOver = error instanceof Trouble && error.kind === 'SIGNED_OUT';
        if (!isOver || given !== undefined) throw error;
        if (!this.credentials.refused(token) || isAgain) throw error;
      }
    }
  }

  private async request(path: string, init: RequestInit, timeout = TIMEOUT): Promise<unknown> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeout);
    try {
      const answer = await fetch(`${this.base}/${path}`, {
        ...{ ...init, signal: stop.signal },
        // nothing of the page's goes along but its origin
        ...{ credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' },
      });
      const body = (await answer.json().catch(() => ({}))) as Body;
      if (!answer.ok) {
        const after = Number(answer.headers.get('retry-after')) || null;
        throw troubleOf(answer.status, body.errors, after);
      }
      return body;
    } catch (error) {
      if (error instanceof Trouble) throw error;
      throw new Trouble('UNREACHABLE', String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

function troubleOf(status: number, errors: Failure[] = [], after: number | null = null): Trouble {
  const { message = `Status ${status}`, extensions: { code, retryAfter } = {} } = errors[0] ?? {};
  const say = (kind: Trouble['kind']) => new Trouble(kind, message, retryAfter ?? after);
  if (status === 401 || code === 'UNAUTHENTICATED') return say('SIGNED_OUT');
  if (status === 429 || status === 503 || code === 'RATE_LIMITED') return say('BUSY');
  if (status === 403 || status === 404 || code === 'FORBIDDEN') return say('REFUSED');
  if (status === 413 || status === 415) return say('WRONG');
  if (status >= 500 || code === 'INTERNAL') return say('BROKEN');
  return say('WRONG');
}
