import type { Client } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { isConnectionLoss, together, type Session, type Sessions } from './sessions';

const MOST_ATTEMPTS = 4;

/**
 * Whether the transaction failed for another one's sake: a deadlock, serialisation, or both made the
 * same thing at once; run again, the work finds what the other one made.
 */
function wasVictim(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '40P01' || code === '40001' || code === '23505';
}

/** Opens the transactions that commands run in. */
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    /** Told of every commit, after it. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /**
   * Runs `work` in one transaction bound to the workspace; commits when it resolves, rolls back when
   * it rejects. Session and manager are the same connection. When the transaction fails for another
   * one's sake, the work runs again from the start.
   */
  async transaction<T>(
    workspaceId: string,
    work: (session: Session, manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.attempt(workspaceId, work);
        this.onCommit();
        return result;
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !wasVictim(error)) throw error;
      }
    }
  }

  private async attempt<T>(
    workspaceId: string,
    work: (session: Session, manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as Client;
      try {
        await together([this.sessions.bind(client, workspaceId), runner.startTransaction()]);
        const result = await work(client, runner.manager);
        await runner.commitTransaction();
        return result;
      } catch (error) {
        // a lost connection has rolled back by itself; the pool hands out again what has not ended
        if (isConnectionLoss(error)) void client.end();
        else if (runner.isTransactionActive) await runner.rollbackTransaction();
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
}
