import type { Pool } from 'pg';
import { readEventsAt } from '../events/log';
import { eventPayload, pingPayload } from '../domain/webhook/payload';
import type { Claimed } from './claim';

/**
 * What is sent for each delivery, in the same order; null where its event is past the retention of
 * the log. The log of each workspace is read once.
 */
export async function readBodies(
  pool: Pool,
  claims: readonly Claimed[],
): Promise<(string | null)[]> {
  const positions = new Map<string, string[]>();
  for (const { workspaceId, position } of claims) {
    if (position === null) continue;
    positions.set(workspaceId, [...(positions.get(workspaceId) ?? []), position]);
  }
  const logs = new Map(
    await Promise.all(
      [...positions].map(
        async ([id, wanted]) => [id, await readEventsAt(pool, id, wanted)] as const,
      ),
    ),
  );
  return claims.map(({ workspaceId, endpointId, position, createdAt }) => {
    if (position === null) return pingPayload(endpointId, createdAt.toISOString());
    const event = logs.get(workspaceId)!.get(Number(position));
    return event ? eventPayload(event) : null;
  });
}
