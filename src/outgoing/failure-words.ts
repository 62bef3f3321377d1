import { OutgoingRefused } from './guard';
import { OutgoingTimeout } from './http-client';

const words: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused: nothing listens there.',
  ECONNRESET: 'The connection was cut off.',
  EHOSTUNREACH: 'There is no way to the host.',
  ENETUNREACH: 'There is no way to the host.',
  EPIPE: 'The connection was cut off.',
  ETIMEDOUT: 'No connection came about in time.',
  UND_ERR_CONNECT_TIMEOUT: 'No connection came about in time.',
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too large.',
  UND_ERR_SOCKET: 'The connection was cut off.',
};

/** Why a request got no answer, in words for whoever entered the URL. */
export function failureWords(error: unknown): string {
  if (error instanceof OutgoingRefused) return error.message;
  if (error instanceof OutgoingTimeout) return 'No answer came in time.';
  // of several addresses that were tried, each has an error of its own
  const { errors, name, code: ownCode } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  const code = (errors?.[0] as NodeJS.ErrnoException | undefined)?.code ?? ownCode ?? '';
  if (words[code] !== undefined) return words[code];
  if (/CERT|^ERR_TLS|_SIGNED|^ERR_SSL|^EPROTO/.test(code)) {
    return `No encrypted connection came about (${code}).`;
  }
  if (name === 'HTTPParserError') return 'The answer is no HTTP.';
  return code === '' ? 'The request failed.' : `The request failed (${code}).`;
}
