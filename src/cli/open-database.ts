import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config';
import { openCore, type Core } from '../core';
import { EmbeddedPostgresError, findRunningPostgres } from '../db/embedded';
import { isConnectionLoss } from '../db/sessions';
import { startOrStop } from '../start-or-stop';
import { holdDatabase, untilReleased } from './shared-database';

const POLL_MS = 100;
/** Time for the owner of the embedded PostgreSQL to have it ready, or to be gone with it. */
const OWNER_LIMIT_MS = 60_000;

/** The database for one command. */
export interface OpenDatabase {
  core: Core;
  close: () => Promise<void>;
}

/**
 * Opens the database for one command: over the server of DATABASE_URL, over an embedded
 * PostgreSQL of its own, or over that of the process that owns the data directory now.
 */
export async function openDatabase(config: Config, stop: AbortSignal): Promise<OpenDatabase> {
  const open = () => startOrStop(config, stop, () => openCore(config));
  if (config.databaseUrl) {
    const core = await open();
    return { core, close: () => core.close() };
  }
  for (const began = Date.now(); ; await delay(POLL_MS)) {
    try {
      return keepForOthers(await open(), stop);
    } catch (error) {
      if (!(error instanceof EmbeddedPostgresError) || error.code !== 'IN_USE') throw error;
      const beside = await openBeside(config);
      if (beside) return beside;
      if (Date.now() - began > OWNER_LIMIT_MS) throw error;
    }
  }
}

/** The embedded PostgreSQL ends with us, so we wait in the end for the commands beside us. */
function keepForOthers(core: Core, stop: AbortSignal): OpenDatabase {
  return {
    core,
    close: async () => {
      const tell = () => {
        process.stderr.write('Another command still uses this database: waiting for it.\n');
      };
      // where the database does not answer, there is nobody to wait for
      await untilReleased(core.databaseUrl, stop, tell).catch(() => undefined);
      await core.close();
    },
  };
}

/** Null while the owner's database is not up yet, or no longer. */
async function openBeside(config: Config): Promise<OpenDatabase | null> {
  const databaseUrl = await findRunningPostgres(config.dataDir);
  if (databaseUrl === null) return null;
  const hold = await holdDatabase(databaseUrl).catch(() => null);
  if (hold === null) return null;
  try {
    const core = await openCore({ ...config, databaseUrl });
    return {
      core,
      close: async () => {
        await core.close();
        await hold.release();
      },
    };
  } catch (error) {
    await hold.release();
    if (isConnectionLoss(error)) return null;
    throw error;
  }
}
