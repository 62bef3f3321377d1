import { types, type CustomTypesConfig } from 'pg';

const parseAny = types.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => Date;

/** `2026-03-01 12:00:00.123+00`: how a connection in UTC writes a year of four digits. */
const LENGTHS = { withoutFraction: 22, longest: 26 };

function isUsual(text: string): boolean {
  const { length } = text;
  return length >= LENGTHS.withoutFraction && length <= LENGTHS.longest && text.endsWith('+00');
}

/**
 * Reads a timestamptz. Every connection is set to UTC, so that nearly all have one form, which this
 * turns into the one that the engine parses natively: six times as fast as by regular expression.
 */
function parseTimestamp(text: string): Date {
  if (!isUsual(text)) return parseAny(text);
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}

/** The same moment as ISO 8601 text with milliseconds, without a Date in between. */
function isoText(text: string): string {
  if (!isUsual(text)) return parseAny(text).toISOString();
  const fraction = text.slice(20, -3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}

type TypeParser = (text: string) => unknown;

/** How rows are read that are only shown: moments as text, which costs a fifth of a Date there and back. */
export const readingTypes: CustomTypesConfig = {
  getTypeParser: (oid, format): TypeParser =>
    oid === types.builtins.TIMESTAMPTZ ? isoText : (types.getTypeParser(oid, format) as TypeParser),
};

/** Makes pg read timestamps this way, for the whole process. */
export function installTimestampParser(): void {
  types.setTypeParser(types.builtins.TIMESTAMPTZ, parseTimestamp);
}
