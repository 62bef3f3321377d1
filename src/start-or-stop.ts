import type { Config } from './config/config';
import { explainDatabaseError } from './database-errors';

/**
 * Starts what is to run over the database; errors of DATABASE_URL's server are told in words.
 *
 * A stop meanwhile rejects at once where nothing has to be ended: the process can exit. An embedded
 * PostgreSQL has to be, so there the caller gets what was started all the same, and closes it.
 * @throws Stopped when `stop` was aborted, also in the place of the error that the stop brought about.
 */
export async function startOrStop<T>(
  { databaseUrl }: Config,
  stop: AbortSignal,
  start: () => Promise<T>,
): Promise<T> {
  let leave = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(stop.reason as Error);
  });
  if (databaseUrl) stop.addEventListener('abort', leave);
  try {
    stop.throwIfAborted();
    return await Promise.race([start(), left]);
  } catch (error) {
    // Ctrl-C also reaches the program that initialises the database, whose failure means nothing then
    stop.throwIfAborted();
    throw (databaseUrl && explainDatabaseError(error, databaseUrl)) || error;
  } finally {
    stop.removeEventListener('abort', leave);
  }
}
