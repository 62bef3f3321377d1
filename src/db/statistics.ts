import { createDataSource } from './data-source';

/**
 * Tells PostgreSQL how much there is by now. Autovacuum does it in time; but while tables grow from
 * nothing within seconds, plans made for empty tables would stay in use: as every index begins with
 * the workspace, all look alike without statistics.
 */
export async function refreshStatistics(databaseUrl: string): Promise<void> {
  const dataSource = createDataSource({ url: databaseUrl, poolSize: 1 });
  await dataSource.initialize();
  try {
    await dataSource.query('analyze');
  } finally {
    await dataSource.destroy();
  }
}
