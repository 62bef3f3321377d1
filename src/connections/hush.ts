import type { Logger } from 'pino';
import type { Manifest } from '../connectors/kit/connector';

/** Shorter ones can't be told from ordinary words. */
const SHORTEST = 5;
const CENSORED = '[secret]';
const DEEPEST = 8;

/** Takes secrets out of texts that others are going to read. */
export type Hush = (text: string) => string;

/** For what platforms and libraries say: some repeat what they were sent, such as a URL with a token. */
export function hushing(manifest: Manifest, settings: Readonly<Record<string, unknown>>): Hush {
  const open = new Set(manifest.settings.flatMap(({ key, secret }) => (secret ? [] : [key])));
  const secrets = Object.entries(settings)
    .filter(([key]) => !open.has(key))
    .flatMap(([, value]) => textsOf(value))
    .filter((text) => text.length >= SHORTEST)
    .flatMap((text) => [text, encodeURIComponent(text), Buffer.from(text).toString('base64')])
    // one that holds another goes first
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, CENSORED), text);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** A log in which nothing secret is written, whatever is handed to it. */
export function quietLogger(log: Logger, hush: Hush): Logger {
  const quiet = Object.create(log) as Logger;
  for (const level of levels) {
    quiet[level] = (...args: unknown[]) => {
      const [first, ...others] = args.map((arg) => hushed(arg, hush, DEEPEST));
      log[level](first as object, ...(others as []));
    };
  }
  quiet.child = ((bindings: object, options?: object) =>
    quietLogger(log.child(hushed(bindings, hush, DEEPEST) as object, options), hush)) as never;
  return quiet;
}

function hushed(value: unknown, hush: Hush, depth: number): unknown {
  if (typeof value === 'string') return hush(value);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  if (value instanceof Date) return value;
  if (depth === 0) return '…';
  if (value instanceof Error) return hushedError(value, hush, depth);
  if (Array.isArray(value)) return value.map((entry) => hushed(entry, hush, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      // all of them, not only those that are long enough to be found
      key === 'settings' ? '[settings]' : hushed(inner, hush, depth - 1),
    ]),
  );
}

/** Still an error of its class. */
function hushedError(error: Error, hush: Hush, depth: number): Error {
  const { message, stack, cause } = error;
  return Object.create(error, {
    message: { value: hush(message) },
    stack: { value: stack === undefined ? undefined : hush(stack) },
    cause: { value: hushed(cause, hush, depth - 1) },
  }) as Error;
}
