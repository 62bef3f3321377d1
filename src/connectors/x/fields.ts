/**
 * Reading of what X sends. Two generations of its API name the same things differently, and neither
 * gives everything each time, so what is absent or odd is nothing rather than an error.
 */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : null;
}

/** An object, or the one that it holds as `data`: users come both ways. */
export function bareOf(value: unknown): Fields | null {
  const outer = fieldsOf(value);
  return outer && (fieldsOf(outer.data) ?? outer);
}

/** The objects of a list. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.flatMap((entry: unknown) => oneOf(entry)) : [];
}

/** As a list, empty where it is none. */
export function oneOf(value: unknown): Fields[] {
  const bare = bareOf(value);
  return bare ? [bare] : [];
}

/** A text that says something. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Older payloads say `"false"` in places. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** An id under a name, as text: by `<name>_str` where that is there. */
export function idOf(fields: Fields | null, name: string): string | null {
  const value = fields?.[`${name}_str`] ?? fields?.[name];
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return textOf(value);
}

/** A moment: in ISO 8601, as the first API writes it, or in milliseconds. */
export function momentOf(value: unknown): Date | null {
  const isCount = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
  const time = isCount ? Number(value) : typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) || Math.abs(time) > 8.64e15 ? null : new Date(time);
}

const escaped: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** A text as it was written: X escapes three characters of it. */
export function writtenOf(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (sign) => escaped[sign]!);
}
