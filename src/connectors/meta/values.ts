/** What Meta sends is read leniently: ids and times come as numbers and as texts. */

export type Values = Readonly<Record<string, unknown>>;

export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a name; empty where there is none. */
export function valuesIn(values: Values, name: string): Values {
  const value = values[name];
  return isValues(value) ? value : {};
}

/** The objects of a list under a name. */
export function listIn(values: Values, name: string): Values[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter(isValues) : [];
}

/** The text under a name; null where there is none, or an empty one. */
export function textIn(values: Values, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The id under a name: a text, or a number that is written as one. */
export function idIn(values: Values, name: string): string | null {
  return idOf(values[name]);
}

export function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** Smaller ones are seconds since 1970, larger ones milliseconds. */
const SMALLEST_MILLISECONDS = 100_000_000_000;
const LATEST = Date.UTC(2200, 0, 1);

/** The moment under a name, in seconds, milliseconds or ISO 8601; null where there is none. */
export function momentIn(values: Values, name: string): Date | null {
  const value = values[name];
  const isWritten = typeof value === 'string' && !/^\d+$/.test(value);
  const number = isWritten ? Date.parse(value) : Number(value ?? NaN);
  if (!Number.isFinite(number) || number <= 0) return null;
  const time = isWritten || number >= SMALLEST_MILLISECONDS ? number : number * 1_000;
  return time < LATEST ? new Date(time) : null;
}
