/** The environment variables that Parley reads, as raw strings; `config.ts` gives them meaning. */
export interface Env {
  DATABASE_URL?: string;
  PARLEY_DATA_DIR?: string;
  PARLEY_ADMIN_TOKEN?: string;
  HOST?: string;
  PORT?: string;
  LOG_LEVEL?: string;
  PARLEY_OIDC_ISSUER?: string;
  PARLEY_OIDC_AUDIENCE?: string;
  PARLEY_OIDC_JWKS_URL?: string;
  PARLEY_POOL_SIZE?: string;
  PARLEY_TRUST_PROXY?: string;
}

/** The one place that reads `process.env`. An empty variable counts as absent. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const present = Object.entries(source).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(present);
}
