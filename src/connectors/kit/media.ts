import { Rejected, RetryLater } from './errors';
import type { ConnectorHttp } from './http';

/** The bytes of a file, and what its server says they are. */
export interface FetchedMedia {
  bytes: Buffer;
  contentType: string | null;
}

/**
 * Fetches a file that a URL alone leads to.
 * @throws Rejected where there is none any longer, RetryLater for all else that may pass.
 */
export async function fetchUrl(
  http: ConnectorHttp,
  url: string | null,
  largestBytes: number,
  headers: Record<string, string> = {},
): Promise<FetchedMedia> {
  if (url === null) throw new Rejected('NOT_FOUND', 'The platform did not say where it is.');
  const {
    status,
    headers: told,
    body,
  } = await http.request({
    ...{ url, timeout: 60_000 },
    headers: { accept: '*/*', ...headers },
    // a byte more tells one that is just as large from one that is larger
    largestAnswer: largestBytes + 1,
  });
  if (status === 200) return { bytes: body, contentType: told['content-type'] ?? null };
  if (status === 404 || status === 410) {
    throw new Rejected('NOT_FOUND', 'The platform does not have it any longer.');
  }
  throw new RetryLater(`The platform answered ${status}.`);
}
