import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Longest name of an event that is stored as it is: an index holds it beside two ids. */
const LONGEST_KEY = 500;

/** A text as PostgreSQL can store it: NUL and halves of surrogate pairs become U+FFFD. */
export function storableText(text: string): string {
  return text.includes('\0') || !text.isWellFormed()
    ? text.replaceAll('\0', '\ufffd').toWellFormed()
    : text;
}

/** A value with every text in it storable, the names of its members too; the value itself where all are. */
export function storable<T>(value: T): T {
  return cleaned(value) as T;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(cleaned);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const entries = Object.entries(value);
  const clean = entries.map(([key, inner]) => [storableText(key), cleaned(inner)] as const);
  const isSame = clean.every(([key, inner], index) => {
    const old = entries[index]!;
    return key === old[0] && inner === old[1];
  });
  return isSame ? value : Object.fromEntries(clean);
}

/** The name under which a delivery is stored: the provider's where it is short enough, else a digest. */
export function storableKey(name: string | null, body: Buffer): string {
  if (name === null) return `sha256:${digest(body)}`;
  const key = storableText(name);
  return key.length <= LONGEST_KEY ? key : `sha256:${digest(key)}`;
}

function digest(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Headers that carry a credential in plain text, such as a shared token. */
const credential = /authorization|cookie|token|secret|passw|api-?key/;

/** Headers as they are kept with a delivery: without credentials; a signature is none. */
export function storableHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || credential.test(name)
        ? []
        : [[name, storableText(typeof value === 'string' ? value : value.join(', '))]],
    ),
  );
}
