export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error';
export { startEmbeddedPostgres } from './start-embedded-postgres';
export type { EmbeddedOptions, EmbeddedPostgres } from './start-embedded-postgres';
export { findRunningPostgres } from './running-server';
