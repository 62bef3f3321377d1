/** The environment variables that Parley reads, as raw strings; `config.ts` gives them meaning. */
export interface Env {
  DATABASE_URL?: string;
  PARLEY_DATA_DIR?: string;
  PARLEY_ADMIN_TOKEN?: string;
  PARLEY_DEMO?: string;
  HOST?: string;
  PARLEY_PUBLIC_URL?: string;
  PORT?: string;
  LOG_LEVEL?: string;
  PARLEY_OIDC_ISSUER?: string;
  PARLEY_OIDC_AUDIENCE?: string;
  PARLEY_OIDC_JWKS_URL?: string;
  PARLEY_POOL_SIZE?: string;
  PARLEY_TRUST_PROXY?: string;
  PARLEY_SOCKET_BUFFER_KB?: string;
  PARLEY_HEARTBEAT_SECONDS?: string;
  PARLEY_EVENT_RETENTION_DAYS?: string;
  PARLEY_DELIVERY_RETENTION_DAYS?: string;
  NATS_URL?: string;
  PARLEY_NATS_STREAM?: string;
  PARLEY_NATS_REPLICAS?: string;
  PARLEY_SECRET_KEY?: string;
  PARLEY_SECRET_KEY_PREVIOUS?: string;
  PARLEY_OUTGOING_ALLOW?: string;
  PARLEY_FILES_DIR?: string;
  PARLEY_S3_ENDPOINT?: string;
  PARLEY_S3_REGION?: string;
  PARLEY_S3_ACCESS_KEY_ID?: string;
  PARLEY_S3_SECRET_ACCESS_KEY?: string;
  PARLEY_LARGEST_FILE_MB?: string;
  PARLEY_WEBHOOK_RETRY_FIRST_SECONDS?: string;
  PARLEY_WEBHOOK_RETRY_LONGEST_SECONDS?: string;
  PARLEY_WEBHOOK_RETRY_HOURS?: string;
  PARLEY_WEBHOOK_TIMEOUT_SECONDS?: string;
  PARLEY_SEND_RETRY_FIRST_SECONDS?: string;
  PARLEY_SEND_RETRY_LONGEST_SECONDS?: string;
  PARLEY_SEND_RETRY_HOURS?: string;
  PARLEY_SEND_TIMEOUT_SECONDS?: string;
}

/** The one place that reads `process.env`. An empty variable counts as absent. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const present = Object.entries(source).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(present);
}
