import { SUPERUSER } from './initialise-cluster';

/** Connection string of the superuser to a database of the embedded server. */
export function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
