import type { Pool } from 'pg';
import { queryObjects } from '../db/sessions';
import { sql } from '../db/sql';
import type { Actor } from './actor';
import type { Admission } from './admission-cache';
import { Permission } from './permissions';
import { Unauthenticated } from './refusals';

interface KeyRow {
  workspace_id: string;
  id: string;
  name: string;
  scopes: string[];
  channel_ids: string[] | null;
  expires_at: Date | null;
}

const permissions = new Set<string>(Object.values(Permission));
const isPermission = (scope: string): scope is Permission => permissions.has(scope);

/**
 * Finds the API key with this SHA-256 of a token, in whichever workspace. Expiry is for whoever uses
 * the answer to check, because the answer may be kept.
 *
 * The comparison by an index takes more or less time with the hash, and that helps nobody: to come
 * closer to a stored hash, a guesser would have to choose hashes, and can only choose tokens.
 *
 * @throws Unauthenticated when there is no such key, or it was revoked.
 */
export async function findApiKey(pool: Pool, tokenHash: Buffer): Promise<Admission> {
  const rows = await queryObjects<KeyRow>(
    pool,
    sql`select workspace_id, id, name, scopes, channel_ids, expires_at
        from find_api_key(${tokenHash}) where revoked_at is null`,
  );
  const [row] = rows;
  if (!row) throw new Unauthenticated('unknown or revoked API key');
  // an operator can choose a token, and could choose one twice
  if (rows.length > 1) throw new Unauthenticated('several API keys have this token');
  return { actor: actorOf(row), validUntil: row.expires_at?.getTime() ?? null };
}

function actorOf(row: KeyRow): Actor {
  return Object.freeze<Actor>({
    kind: 'API_KEY',
    workspaceId: row.workspace_id,
    id: row.id,
    name: row.name,
    permissions: new Set(row.scopes.filter(isPermission)),
    channelIds: row.channel_ids && Object.freeze(row.channel_ids),
  });
}
