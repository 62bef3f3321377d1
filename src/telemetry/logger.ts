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

/** An error for the log; a database error's `detail` quotes rows, which may hold personal data. */
function presentCause(error: Error): object {
  const {
    detail: _rows,
    where: _where,
    ...rest
  } = pino.stdSerializers.err(error) as unknown as Record<string, unknown>;
  return rest;
}
