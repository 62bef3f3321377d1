import { CommandRefused } from './cli/command-refused';
import { ConnectorRefused } from './cli/connector/connector-refused';
import { ImportFileError } from './cli/import/twcs/import-file-error';
import { ConfigError } from './config/config';
import { EmbeddedPostgresError } from './db/embedded';
import { DatabaseRefused } from './db/migrate';
import { SimulatorRefused } from './simulator/simulator-refused';

const kinds = [
  CommandRefused,
  ConfigError,
  ConnectorRefused,
  DatabaseRefused,
  EmbeddedPostgresError,
  ImportFileError,
  SimulatorRefused,
];

/** What a person can put right: the message is all that they need. Any other error keeps its stack. */
export function isExpected(error: unknown): error is Error {
  return kinds.some((kind) => error instanceof kind);
}

/** What a terminal is shown of an error that ends the process. */
export function explainError(error: unknown): string {
  if (isExpected(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
