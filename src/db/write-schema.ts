import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from './embedded';
import { migrate } from './migrate';
import { dumpSchema } from './schema-dump';

/** Writes the schema that the migrations give an empty database to a file. */
export async function writeSchema(path: string): Promise<void> {
  await writeFile(path, await schemaOfMigrations());
}

/** Runs the migrations in a PostgreSQL of its own, which is gone afterwards. */
async function schemaOfMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-schema-'));
  try {
    // PostgreSQL refuses to run as root, so it may be another account that has to reach its files
    await chmod(directory, 0o755);
    const server = await startEmbeddedPostgres({ dataDir: directory, settings: { fsync: 'off' } });
    try {
      await migrate(server.url);
      return await readSchema(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The schema of a database, as {@link dumpSchema} writes it down. */
export async function readSchema(url: string): Promise<string> {
  const client = new Client(url);
  await client.connect();
  try {
    return await dumpSchema(client);
  } finally {
    await client.end();
  }
}
