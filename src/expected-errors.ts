import { ConfigError } from './config/config';
import { ImportFileError } from './cli/import/twcs/import-file-error';
import { EmbeddedPostgresError } from './db/embedded';
import { DatabaseRefused } from './db/migrate';

/** What a person can put right: the message is all that they need. Any other error keeps its stack. */
export function isExpected(error: unknown): error is Error {
  const kinds = [ConfigError, DatabaseRefused, EmbeddedPostgresError, ImportFileError];
  return kinds.some((kind) => error instanceof kind);
}
