import { join, raw, sql, type Sql } from './sql';
import { decodeCursor, encodeCursor } from './cursor';

/** The paging arguments of every connection. */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Raised for paging arguments that contradict each other or exceed the limit. */
export class PageArgsError extends Error {
  constructor(
    readonly argument: keyof PageArgs,
    message: string,
  ) {
    super(message);
  }
}

export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 100;

/** A total order of a list: columns that an index has, all in one direction, the last one unique. */
export interface Order<T> {
  /** Part of the cursor; must not change between releases. */
  name: string;
  descending: boolean;
  columns: readonly { sql: string; type: string; value: (row: T) => Date | string }[];
}

/** One page of a list as asked for. */
export interface PageRequest<T> {
  order: Order<T>;
  /** How many rows to return. */
  size: number;
  /** Whether it runs against the order: `last … before`. */
  backwards: boolean;
  /** Where it starts (exclusive), in the direction that it runs. */
  from: string[] | null;
  /** Where it ends (exclusive). */
  until: string[] | null;
}

/** Checks paging arguments; throws {@link PageArgsError} with the argument's name. */
export function pageRequest<T>(args: PageArgs, order: Order<T>): PageRequest<T> {
  const { first, last } = args;
  if (first != null && last != null) {
    throw new PageArgsError('last', 'can’t be combined with first: use one of them');
  }
  for (const [name, size] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (size != null && (size < 0 || size > LARGEST_PAGE)) {
      throw new PageArgsError(name, `must be between 0 and ${LARGEST_PAGE}`);
    }
  }
  const backwards = last != null;
  const after = place(args, 'after', order);
  const before = place(args, 'before', order);
  return {
    order,
    size: last ?? first ?? DEFAULT_PAGE,
    backwards,
    from: backwards ? before : after,
    until: backwards ? after : before,
  };
}

function place<T>(args: PageArgs, name: 'after' | 'before', order: Order<T>): string[] | null {
  const cursor = args[name];
  if (cursor == null) return null;
  try {
    const types = order.columns.map(({ type }) => type);
    return decodeCursor(cursor, order.name, types);
  } catch (error) {
    throw new PageArgsError(name, (error as Error).message);
  }
}

/** The conditions that keep a query within the page. */
export function withinPage<T>({ order, from, until, backwards }: PageRequest<T>): Sql[] {
  const downwards = order.descending !== backwards;
  return [
    ...(from ? [compare(order, downwards ? '<' : '>', from)] : []),
    ...(until ? [compare(order, downwards ? '>' : '<', until)] : []),
  ];
}

function compare<T>(order: Order<T>, operator: '<' | '>', values: string[]): Sql {
  const bounds = order.columns.map((column, index) => sql`${values[index]}::${raw(column.type)}`);
  return sql`(${raw(order.columns.map((column) => column.sql).join(', '))}) ${raw(operator)} (${join(bounds)})`;
}

/** `order by …`, in the direction that the page runs. */
export function pageOrder<T>({ order, backwards }: PageRequest<T>): Sql {
  const direction = order.descending !== backwards ? 'desc' : 'asc';
  return raw(`order by ${order.columns.map((column) => `${column.sql} ${direction}`).join(', ')}`);
}

/**
 * `order by … limit …`, with one row more than the page, which tells whether there is a next one.
 * The limit is part of the text, as there are few of them: with a parameter, PostgreSQL could not
 * tell how few rows are wanted, and would plan each execution anew.
 */
export function pageTail<T>(request: PageRequest<T>): Sql {
  return sql`${pageOrder(request)} limit ${raw(String(request.size + 1))}`;
}

/** A page of a connection; edges and cursors are made only when somebody asks for them. */
export class Page<T> {
  readonly nodes: T[];
  private readonly more: boolean;

  /** @param rows in the order that the query gave them, the extra row included. */
  constructor(
    rows: readonly T[],
    private readonly request: PageRequest<T>,
  ) {
    this.more = rows.length > request.size;
    this.nodes = this.more ? rows.slice(0, request.size) : [...rows];
    if (request.backwards) this.nodes.reverse();
  }

  get edges(): { node: T; cursor: string }[] {
    return this.nodes.map((node) => {
      const cursorOf = () => this.cursor(node);
      return {
        node,
        get cursor() {
          return cursorOf();
        },
      };
    });
  }

  get pageInfo() {
    const { backwards, from } = this.request;
    const first = this.nodes[0];
    const last = this.nodes.at(-1);
    return {
      hasNextPage: backwards ? from !== null : this.more,
      hasPreviousPage: backwards ? this.more : from !== null,
      startCursor: first === undefined ? null : this.cursor(first),
      endCursor: last === undefined ? null : this.cursor(last),
    };
  }

  private cursor(node: T): string {
    const { name, columns } = this.request.order;
    const values = columns.map(({ value }) => {
      const part = value(node);
      return typeof part === 'string' ? part : part.toISOString();
    });
    return encodeCursor({ order: name, values });
  }
}
