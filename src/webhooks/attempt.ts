import { Webhook } from 'standardwebhooks';
import { failureWords } from '../outgoing/failure-words';
import type { OutgoingClient } from '../outgoing/http-client';
import { LONGEST_REST } from '../jobs/retry-schedule';
import { parseRetryAfter } from '../outgoing/retry-after';

/** A request as it is sent. */
export interface SignedRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came of one request. */
export interface Attempt {
  startedAt: Date;
  durationMs: number;
  request: Pick<SignedRequest, 'url' | 'headers'>;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  /** The beginning of the answer. */
  excerpt: string | null;
  /** Why it failed, in words; null when it did not. */
  error: string | null;
  /** For how many seconds the receiver asked to be left alone. */
  askedSeconds: number | null;
  /** Whether it failed without having reached out to the receiver, which is not to blame then. */
  isOwnFault: boolean;
}

/** Signs a request after the Standard Webhooks specification, once for each secret. */
export function signedRequest(
  message: { id: string; url: string; body: string; secrets: readonly string[] },
  now: Date,
): SignedRequest {
  const { id, url, body, secrets } = message;
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, now, body));
  return {
    url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Parley-Webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}

export interface SendOptions {
  client: OutgoingClient;
  clock: () => Date;
  /** How many milliseconds the receiver may take. */
  timeout: number;
  signal: AbortSignal;
}

/**
 * Makes one request. Whatever comes of it is an {@link Attempt}, but for an abort by the signal,
 * which is thrown.
 */
export async function send(
  { url, headers, body }: SignedRequest,
  { client, clock, timeout, signal }: SendOptions,
): Promise<Attempt> {
  const startedAt = clock();
  const began = performance.now();
  const ending = () => ({
    ...{ startedAt, request: { url, headers }, isOwnFault: false },
    durationMs: Math.round(performance.now() - began),
  });
  try {
    const answer = await client.post({ url, headers, body, timeout, signal });
    const { status, excerpt } = answer;
    const asked = isBusy(status) ? parseRetryAfter(answer.headers['retry-after'], clock()) : null;
    const askedSeconds = asked && Math.min(asked, LONGEST_REST);
    return { ...ending(), status, excerpt, error: statusWords(status), askedSeconds };
  } catch (error) {
    signal.throwIfAborted();
    const words = failureWords(error);
    return { ...ending(), status: null, excerpt: null, error: words, askedSeconds: null };
  }
}

/** Whether a status says that the same request may succeed later, which Retry-After belongs to. */
function isBusy(status: number): boolean {
  return status === 429 || status === 503;
}

function statusWords(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) {
    return `The receiver answered ${status}, and redirects are not followed: enter the URL that it leads to.`;
  }
  return `The receiver answered ${status}.`;
}
