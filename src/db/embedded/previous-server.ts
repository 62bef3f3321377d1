/**
 * A server that a killed process has left running is stopped and started anew rather than adopted:
 * settings, log, binaries and the watch over the process are then the same on every path, and
 * transactions that the dead process left open are gone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { claimOwnership, inUse, type Claim } from './ownership';
import { discardRecord, isAlive, isServerOf, readPostmaster, stopServer } from './postmaster';

const POLL_MS = 50;
/** Time for a running server to answer: it may be recovering, or stopping. */
const ANSWER_LIMIT_MS = 60_000;
/** A server this young is left to the process that started it, which is about to claim it. */
const CLAIM_GRACE_MS = 500;
/** A server notices the death of its owner within this time. */
const RELEASE_LIMIT_MS = 5_000;

/**
 * Makes sure that no server runs over a cluster: stops one whose owner is dead, and removes the
 * record of one that is dead itself.
 *
 * @throws EmbeddedPostgresError `IN_USE` when a living process owns the server, `START_FAILED` when
 * the server neither answers nor ends.
 */
export async function retirePreviousServer(
  cluster: Cluster,
  log: (line: string) => void,
): Promise<void> {
  const began = Date.now();
  for (;;) {
    const record = await readPostmaster(cluster.data);
    // PostgreSQL itself deals with the record of a dead process.
    if (record === undefined || !isAlive(record.pid)) return;
    const { pid, port, status, age } = record;
    if (!(await isServerOf(pid, cluster.data))) {
      await discardRecord(cluster.data, pid);
      return;
    }
    const waited = Date.now() - began;
    if (status === 'ready' && (age > CLAIM_GRACE_MS || waited > CLAIM_GRACE_MS)) {
      const claim = await ask(cluster, port);
      if (claim?.owned) {
        log(`Stopping the PostgreSQL (process ${pid}) that a killed Parley process left running`);
        const gone = await stopServer(pid, async () => !(await isServerOf(pid, cluster.data)));
        await claim.session.end();
        if (gone) return;
        throw unresponsive(cluster, pid);
      }
      if (claim && (isAlive(claim.ownerPid ?? 0) || waited > RELEASE_LIMIT_MS)) {
        throw inUse(cluster, claim.ownerPid);
      }
    }
    if (waited > ANSWER_LIMIT_MS) throw unresponsive(cluster, pid);
    await delay(POLL_MS);
  }
}

/** Nothing while the server does not answer, as when it has just begun to stop. */
async function ask(cluster: Cluster, port: number): Promise<Claim | undefined> {
  try {
    return await claimOwnership(cluster, port);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    return undefined;
  }
}

function unresponsive({ home, logFile }: Cluster, pid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'START_FAILED',
    `A PostgreSQL server (process ${pid}) runs over ${home}, but neither answers nor ends. ` +
      `See ${logFile}, end it with \`kill -QUIT ${pid}\`, and start Parley again.`,
  );
}
