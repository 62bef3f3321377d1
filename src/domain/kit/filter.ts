import { allOf, join, sql, type Sql } from '../../db/sql';
import { BadArgument } from './errors';

/** What every filter can be combined with. Fields beside each other must all hold. */
export interface Combinable<F> {
  and?: F[] | null;
  or?: F[] | null;
  not?: F | null;
}

const DEEPEST = 5;
const MOST_PARTS = 50;

/** The filters of a tree with the place where each stands, for error messages. */
export type Leaf<F> = (filter: F, path: readonly (string | number)[]) => Sql[];

/** Turns a filter with and, or, not into one condition; `leaf` turns the fields of one level. */
export function compileFilter<F extends Combinable<F>>(
  filter: F | null | undefined,
  leaf: Leaf<F>,
): Sql[] {
  if (!filter) return [];
  let parts = 0;
  const compile = (part: F, path: (string | number)[], depth: number): Sql => {
    parts += 1;
    if (depth > DEEPEST) throw new BadArgument(path, `is nested more than ${DEEPEST} levels deep`);
    if (parts > MOST_PARTS) throw new BadArgument(path, `has more than ${MOST_PARTS} parts`);
    const all = (kind: 'and' | 'or') =>
      part[kind]?.map((inner, index) => compile(inner, [...path, kind, index], depth + 1));
    const conditions = leaf(part, path);
    const both = all('and');
    if (both) conditions.push(...both);
    const any = all('or');
    if (any) conditions.push(any.length > 0 ? sql`(${join(any, ' or ')})` : sql`false`);
    if (part.not) {
      // "not" is the complement: what the condition does not know of a null is not a match of it
      conditions.push(sql`(${compile(part.not, [...path, 'not'], depth + 1)}) is not true`);
    }
    return conditions.length > 0 ? sql`(${allOf(conditions)})` : sql`true`;
  };
  return [compile(filter, ['filter'], 1)];
}

const earliest = new Date(Date.UTC(1900, 0, 1));
const latest = new Date(Date.UTC(2200, 0, 1));

/** A stretch of time: from (inclusive) to (exclusive). */
export interface TimeRange {
  from?: Date | null;
  to?: Date | null;
}

/** Checks a moment given in a query. */
export function checkInstant(value: Date, path: readonly (string | number)[]): Date {
  if (value < earliest || value >= latest) {
    throw new BadArgument(path, 'must lie between 1900 and 2200');
  }
  return value;
}

/** The conditions that keep a column within a range. */
export function within(
  column: Sql,
  range: TimeRange | null | undefined,
  path: readonly (string | number)[],
): Sql[] {
  const { from, to } = range ?? {};
  return [
    ...(from ? [sql`${column} >= ${checkInstant(from, [...path, 'from'])}`] : []),
    ...(to ? [sql`${column} < ${checkInstant(to, [...path, 'to'])}`] : []),
  ];
}

const LONGEST_SEARCH = 200;

/** Checks words to search for. */
export function checkSearch(words: string, path: readonly (string | number)[]): string {
  const trimmed = words.trim();
  if (
    !trimmed ||
    trimmed.length > LONGEST_SEARCH ||
    /\p{Cc}/u.test(trimmed) ||
    !trimmed.isWellFormed()
  ) {
    throw new BadArgument(
      path,
      `must be 1 to ${LONGEST_SEARCH} characters, without control characters`,
    );
  }
  return trimmed;
}

const MOST_VALUES = 100;

const LONGEST_WORD = 500;

/** Checks a text that a column is compared with: PostgreSQL takes no NUL and no broken Unicode. */
export function checkWord(word: string, path: readonly (string | number)[]): string {
  if (word.length > LONGEST_WORD || word.includes('\0') || !word.isWellFormed()) {
    throw new BadArgument(path, `must be valid text of at most ${LONGEST_WORD} characters`);
  }
  return word;
}

/** Checks texts of which a column has to be one. */
export function checkWords(words: string[], path: readonly (string | number)[]): string[] {
  return checkAlternatives(words, path).map((word, index) => checkWord(word, [...path, index]));
}

/** Checks the length of a list of alternatives. */
export function checkAlternatives<T>(values: T[], path: readonly (string | number)[]): T[] {
  if (values.length > MOST_VALUES) throw new BadArgument(path, `must name at most ${MOST_VALUES}`);
  return values;
}
