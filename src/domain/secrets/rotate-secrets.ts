import type { Pool } from 'pg';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import { SecretUnreadable, type SecretBox } from '../../secrets/secret-box';

/** Every column that holds what a SecretBox has sealed; the row's `id` is what it is bound to. */
export const sealedColumns = [
  { table: 'channel', column: 'secrets' },
  { table: 'webhook_endpoint', column: 'secret' },
  { table: 'webhook_endpoint', column: 'previous_secret' },
] as const;

type Place = (typeof sealedColumns)[number];

export interface RotationOptions {
  /** Connections that see every workspace. */
  system: Pool;
  secrets: SecretBox;
  /** Ends it after the batch under way; what is done is kept. */
  stop: AbortSignal;
  onProgress?: (rotated: number, total: number) => void;
  /** Secrets of one batch; absent: 200. */
  batch?: number;
}

export interface Rotated {
  /** Secrets that are encrypted with the newest key now, and were not before. */
  rotated: number;
  /** Rows whose secrets no key at hand opens, as `table id`. */
  unreadable: string[];
}

/**
 * Encrypts every stored secret with the newest key. What has it already is passed over, so that it
 * can be run again, and goes on where it was stopped.
 */
export async function rotateSecrets(options: RotationOptions): Promise<Rotated> {
  const { system, secrets, onProgress } = options;
  const newest = await secrets.newestKeyId();
  let total = 0;
  for (const place of sealedColumns) total += await countOld(system, place, newest);
  const result: Rotated = { rotated: 0, unreadable: [] };
  onProgress?.(0, total);
  for (const place of sealedColumns) {
    await rotateColumn(options, place, newest, result, () => {
      onProgress?.(result.rotated + result.unreadable.length, total);
    });
  }
  return result;
}

interface SealedRow {
  workspace_id: string;
  id: string;
  sealed: Buffer;
}

const FIRST = '00000000-0000-0000-0000-000000000000';

/** The key's id stands behind the first byte; see `SecretBox`. */
function isOld({ column }: Place, newest: Buffer) {
  return sql`${raw(column)} is not null and substring(${raw(column)} from 2 for 8) <> ${newest}`;
}

async function countOld(system: Pool, place: Place, newest: Buffer): Promise<number> {
  const [row] = await queryObjects<{ count: number }>(
    system,
    sql`select count(*)::int as count from ${raw(place.table)} where ${isOld(place, newest)}`,
  );
  return row!.count;
}

async function rotateColumn(
  { system, secrets, stop, batch = 200 }: RotationOptions,
  place: Place,
  newest: Buffer,
  result: Rotated,
  onBatch: () => void,
): Promise<void> {
  const { table, column } = place;
  let last: Pick<SealedRow, 'workspace_id' | 'id'> = { workspace_id: FIRST, id: FIRST };
  for (;;) {
    stop.throwIfAborted();
    const rows: SealedRow[] = await queryObjects<SealedRow & Record<string, unknown>>(
      system,
      sql`select workspace_id, id, ${raw(column)} as sealed from ${raw(table)}
          where (workspace_id, id) > (${last.workspace_id}, ${last.id}) and ${isOld(place, newest)}
          order by workspace_id, id limit ${batch}`,
    );
    if (rows.length === 0) return;
    for (const row of rows) {
      const isOpen = await rotateRow(system, secrets, place, row);
      if (isOpen) result.rotated++;
      else result.unreadable.push(`${table} ${row.id}`);
    }
    onBatch();
    last = rows.at(-1)!;
  }
}

/** False where no key at hand opens it. */
async function rotateRow(
  system: Pool,
  secrets: SecretBox,
  { table, column }: Place,
  { workspace_id: workspaceId, id, sealed }: SealedRow,
): Promise<boolean> {
  const owner = { workspaceId, rowId: id };
  try {
    const anew = await secrets.seal(await secrets.open(sealed, owner), owner);
    // somebody may have written another one meanwhile, with the newest key
    await queryObjects(
      system,
      sql`update ${raw(table)} set ${raw(column)} = ${anew}
          where workspace_id = ${workspaceId} and id = ${id} and ${raw(column)} = ${sealed}`,
    );
    return true;
  } catch (error) {
    if (error instanceof SecretUnreadable) return false;
    throw error;
  }
}
