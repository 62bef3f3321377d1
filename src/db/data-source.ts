import { DataSource, DefaultNamingStrategy, type Table } from 'typeorm';
import { Client, type ClientConfig, type Pool } from 'pg';
import { migrations } from '../../migrations';
import { entities } from '../entities';
import { snakeCase } from './row-shape';
import { installTimestampParser } from './timestamps';

class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(property: string, customName: string | undefined): string {
    return customName || snakeCase(property);
  }

  /** The name that PostgreSQL gives to a foreign key without one. */
  override foreignKeyName(table: Table | string, columns: string[]): string {
    return `${this.getTableName(table)}_${columns.join('_')}_fkey`;
  }
}

/**
 * A connection that is in use tells its loss twice: to whoever awaits its query, and by an event that
 * ends the process when nobody listens. The pool listens to connections at rest only.
 */
class PooledConnection extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

export interface DataSourceOptions {
  url: string;
  /** The role that every connection takes on; absent: the role of the URL, which owns the tables. */
  role?: 'parley_api' | 'parley_system';
  poolSize: number;
  /** Told of errors on idle connections: the server went away. */
  onError?: (error: Error) => void;
}

installTimestampParser();

/** A TypeORM data source over the entities and migrations; not connected yet. */
export function createDataSource({ url, role, poolSize, onError }: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCaseNames(),
    installExtensions: false,
    poolSize,
    poolErrorHandler: onError ?? (() => undefined),
    applicationName: `parley${role ? ` ${role}` : ''}`,
    logging: false,
    extra: {
      Client: PooledConnection,
      // A role taken on in the start-up packet holds from the first statement and costs no round trip.
      options: ['-c timezone=UTC', ...(role ? [`-c role=${role}`] : [])].join(' '),
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      statement_timeout: role ? 30_000 : 0,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}

/** The pg pool beneath a connected data source. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}
