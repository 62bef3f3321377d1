import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/config';

/** The process's log: JSON lines on standard error, without headers, tokens or bodies. */
export function createLogger(
  level: Config['logLevel'],
  destination: DestinationStream = pino.destination(2),
): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      redact: {
        paths: ['*.authorization', '*.token', '*.password', 'req.headers', 'err.parameters'],
        censor: '[redacted]',
      },
      serializers: { err: presentCause },
    },
    destination,
  );
}

/**
 * An error for the log, by what is known to be safe: the other properties of a database error quote
 * rows, which may hold personal data, and carry the whole connection.
 */
function presentCause(error: Error & { code?: string; routine?: string }): object {
  const { code, routine } = error;
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack, ...(code && { code }), ...(routine && { routine }) };
}
