import { LRUCache } from 'lru-cache';
import { queryObjects, type Sessions } from '../db/sessions';
import { sql } from '../db/sql';

/** How long it is remembered which channel an account is, or that it is none, in milliseconds. */
const REMEMBERED = 1_000;

/** Finds a workspace's channels by the ids that their accounts have on the platform. */
export class Siblings {
  private readonly known = new LRUCache<string, { channelId: string | null }>({
    max: 20_000,
    ttl: REMEMBERED,
  });

  constructor(private readonly sessions: Sessions) {}

  /** The UUIDs of those of one connector that are not disconnected; accounts of nobody's are left out. */
  async find(
    workspaceId: string,
    connectorId: string,
    externalIds: readonly string[],
  ): Promise<string[]> {
    const nameOf = (externalId: string) => `${workspaceId}/${connectorId}/${externalId}`;
    const missing = externalIds.filter((it) => !this.known.has(nameOf(it)));
    if (missing.length > 0) {
      const rows = await this.sessions.with(workspaceId, (session) =>
        queryObjects<{ id: string; externalId: string }>(
          session,
          sql`select id, external_id as "externalId" from channel
              where workspace_id = ${workspaceId} and connector = ${connectorId}
                and external_id = any(${missing}) and status <> 'DISCONNECTED'`,
        ),
      );
      const found = new Map(rows.map(({ id, externalId }) => [externalId, id]));
      for (const it of missing) this.known.set(nameOf(it), { channelId: found.get(it) ?? null });
      return this.among(externalIds.map(nameOf), [...found.values()]);
    }
    return this.among(externalIds.map(nameOf), []);
  }

  /** With what was just read, should it not be remembered any longer. */
  private among(names: readonly string[], read: readonly string[]): string[] {
    const known = names.flatMap((name) => this.known.get(name)?.channelId ?? []);
    return [...new Set([...known, ...read])];
  }
}
