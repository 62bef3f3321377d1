/** Reads what Meta sends without trusting it: what is not as expected is as good as missing. */

export type Fields = Readonly<Record<string, unknown>>;

const nothing: Fields = {};

export function fields(value: unknown): Fields {
  return isFields(value) ? value : nothing;
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** Text; a number is an id that somebody wrote without quotes. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** Text that says something; undefined where there is none, so that a field is left out. */
export function words(value: unknown): string | undefined {
  return text(value) || undefined;
}

/** Seconds since 1970, as text or as a number; milliseconds where only they make sense. */
export function moment(value: unknown): Date | null {
  const number = Number(text(value) || NaN);
  if (!Number.isFinite(number) || number <= 0) return null;
  const date = new Date(number > 100_000_000_000 ? number : number * 1_000);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** `snake_case` names as ours, at every depth. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [camelCase(name), camelCased(inner)]),
  );
}

/** How deep a value is nested. */
export function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, it) => Math.max(most, depthOf(it)), 0);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
