import DataLoader from 'dataloader';
import {
  Page,
  pageRequest,
  pageTail,
  PageArgsError,
  withinPage,
  type Order,
  type PageArgs,
  type PageRequest,
} from '../../db/keyset';
import type { Read, RowShape } from '../../db/row-shape';
import { allOf, raw, sql, type Sql } from '../../db/sql';
import { BadArgument } from './errors';
import type { Reader } from './reader';

/** Checks paging arguments; a bad one is a {@link BadArgument}. */
export function checkPage<T>(args: PageArgs, order: Order<T>): PageRequest<T> {
  try {
    return pageRequest(args, order);
  } catch (error) {
    if (error instanceof PageArgsError) throw new BadArgument([error.argument], error.message);
    throw error;
  }
}

/** A list of one entity: where its rows come from. The orders' columns carry the alias. */
export interface Listing<T extends object> {
  shape: RowShape<T>;
  table: string;
  alias: string;
}

/** Reads one page of a list with one statement. */
export async function readPage<T extends object>(
  reader: Reader,
  { shape, table, alias }: Listing<T>,
  request: PageRequest<Read<T>>,
  where: readonly Sql[],
): Promise<Page<Read<T>>> {
  const conditions = [
    sql`${raw(alias)}.workspace_id = ${reader.workspaceId}`,
    ...where,
    ...withinPage(request),
  ];
  const rows = await reader.rows(
    sql`select ${shape.select(alias)} from ${raw(`${table} ${alias}`)}
        where ${allOf(conditions)} ${pageTail(request)}`,
  );
  return new Page(
    rows.map((row) => shape.read(row)!),
    request,
  );
}

/** Reads the same page of the lists of many parents with one statement. */
async function readPages<T extends object>(
  reader: Reader,
  { shape, table, alias }: Listing<T>,
  request: PageRequest<Read<T>>,
  parentColumn: string,
  parentIds: readonly string[],
  where: readonly Sql[],
): Promise<Page<Read<T>>[]> {
  const conditions = [
    sql`${raw(alias)}.workspace_id = ${reader.workspaceId}`,
    sql`${raw(`${alias}.${parentColumn}`)} = p.id`,
    ...where,
    ...withinPage(request),
  ];
  const rows = await reader.rows(
    sql`select p.n::int, ${shape.select(alias)}
        from unnest(${parentIds}::uuid[]) with ordinality p(id, n)
        cross join lateral (
          select ${raw(alias)}.* from ${raw(`${table} ${alias}`)}
          where ${allOf(conditions)} ${pageTail(request)}
        ) ${raw(alias)}`,
  );
  const lists = parentIds.map((): Read<T>[] => []);
  for (const row of rows) lists[(row[0] as number) - 1]!.push(shape.read(row, 1)!);
  return lists.map((list) => new Page(list, request));
}

/**
 * Pages nested in a list: however many parents ask with the same arguments, they are answered by one
 * statement.
 */
export class NestedPages {
  private readonly loaders = new Map<string, unknown>();

  constructor(private readonly reader: Reader) {}

  load<T extends object>(
    listing: Listing<T>,
    parentColumn: string,
    parentId: string,
    order: Order<Read<T>>,
    args: PageArgs,
    where: readonly Sql[] = [],
  ): Promise<Page<Read<T>>> {
    const { first, after, last, before } = args;
    const name = JSON.stringify([
      listing.table,
      parentColumn,
      order.name,
      first,
      after,
      last,
      before,
    ]);
    let loader = this.loaders.get(name) as DataLoader<string, Page<Read<T>>> | undefined;
    if (!loader) {
      const request = checkPage(args, order);
      loader = new DataLoader((ids: readonly string[]) =>
        readPages(this.reader, listing, request, parentColumn, ids, where),
      );
      this.loaders.set(name, loader);
    }
    return loader.load(parentId);
  }
}
