import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Sql } from './sql';
import { readingTypes } from './timestamps';

/** What a query runs on: a pooled connection bound to a workspace. */
export type Session = Pick<PoolClient, 'query'>;

/**
 * Hands out connections bound to a workspace: row-level security shows that workspace's rows and no
 * others. A connection keeps its binding, and is bound again only when the workspace changes.
 */
export class Sessions {
  private readonly bound = new WeakMap<Session, string>();

  constructor(private readonly pool: Pool) {}

  /** Runs `use` on a connection bound to the workspace, outside of any transaction. */
  async with<T>(workspaceId: string, use: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    try {
      await this.bind(client, workspaceId);
      return await use(client);
    } catch (error) {
      if (isConnectionLoss(error)) failure = error;
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /** One prepared statement in a workspace; rows as arrays, in the order of the selected columns. */
  rows(workspaceId: string, statement: Sql): Promise<unknown[][]> {
    return this.with(workspaceId, async (session) => (await queryRows(session, statement)).rows);
  }

  /** One prepared statement in a workspace; rows as objects. */
  objects<T extends QueryResultRow>(workspaceId: string, statement: Sql): Promise<T[]> {
    return this.with(workspaceId, (session) => queryObjects<T>(session, statement));
  }

  /** Binds a connection for its next statements; must not run inside a transaction. */
  async bind(session: Session, workspaceId: string): Promise<void> {
    if (this.bound.get(session) === workspaceId) return;
    this.bound.delete(session);
    await session.query({
      name: 'bind-workspace',
      text: `select set_config('parley.workspace_id', $1, false)`,
      values: [workspaceId],
    });
    this.bound.set(session, workspaceId);
  }
}

/** Runs a statement prepared under a name of its own; rows come as arrays, moments as ISO 8601 text. */
export function queryRows(session: Session, statement: Sql) {
  return session.query<unknown[]>({
    name: statementName(statement.text),
    text: statement.text,
    values: statement.values,
    rowMode: 'array',
    types: readingTypes,
  });
}

/** Runs a statement prepared under a name of its own; rows come as objects. */
export async function queryObjects<T extends QueryResultRow>(
  session: Session,
  statement: Sql,
): Promise<T[]> {
  const result = await session.query<T>({
    name: statementName(statement.text),
    text: statement.text,
    values: statement.values,
  });
  return result.rows;
}

/**
 * Statements of one transaction that are sent together: like Promise.all, but nothing is under way any
 * more when it rejects. What came after the end of the transaction would not be undone with it.
 */
export async function together<T extends readonly Promise<unknown>[]>(
  statements: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const all = Promise.all(statements);
  await Promise.allSettled([all, ...statements]);
  return all;
}

/**
 * A prepared statement lives as long as its connection, so only so many texts get a name; filters
 * can be combined in more ways than a server should remember.
 */
const mostNames = 500;
const names = new Map<string, string>();

function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= mostNames) return known;
  const name = `parley-${names.size}`;
  names.set(text, name);
  return name;
}

/** Whether the error means that in all the time of waiting no connection of a pool became free. */
export function isOverload(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

/** Whether the error means that the connection can't be used again. */
export function isConnectionLoss(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  // SQLSTATE class 08 and the operator's interventions, else an error of the socket itself
  if (code?.length === 5 && code !== 'EPIPE') return /^(08|57P0)/.test(code);
  return (
    code !== undefined ||
    /^(Connection terminated|Client has encountered|timeout)/.test(error.message)
  );
}
