import { resolve } from 'node:path';
import { z } from 'zod';
import type { Env } from './env';

/** What a process runs: `api` answers requests, `worker` runs jobs, `all` does both. */
export type Role = 'all' | 'api' | 'worker';

/** How users sign in: JWTs of one OpenID Connect issuer, checked against its published keys. */
export interface OidcConfig {
  issuer: string;
  audience: string;
  jwksUrl: string;
}

/** Everything that a process may be told from outside; validated and frozen at start. */
export interface Config {
  role: Role;
  /** Absent: an embedded PostgreSQL is started under `dataDir`. */
  databaseUrl?: string;
  /** Absolute path of the folder for everything that Parley keeps on disk. */
  dataDir: string;
  /** Sets the owner token of the first workspace; absent: one is made at the first start. */
  adminToken?: string;
  host: string;
  /** 0 lets the operating system choose. */
  port: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  oidc?: OidcConfig;
  /** Most database connections that this process opens. */
  poolSize: number;
  trustProxy: boolean;
}

/** Raised at start for a setting that cannot be used; the message names the variable and the remedy. */
export class ConfigError extends Error {}

const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be a URL that begins with http:// or https://',
});

function whole(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(message).int(message).min(least, message).max(most, message);
}

function oneOf<const T extends readonly string[]>(...values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}`);
}

const shape = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional(),
  PARLEY_DATA_DIR: z.string().default('.parley'),
  PARLEY_ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 visible ASCII characters without spaces')
    .optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(4000),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  PARLEY_OIDC_ISSUER: httpUrl.optional(),
  PARLEY_OIDC_AUDIENCE: z.string().optional(),
  PARLEY_OIDC_JWKS_URL: httpUrl.optional(),
  PARLEY_POOL_SIZE: whole(2, 500).default(10),
  PARLEY_TRUST_PROXY: oneOf('on', 'off').default('off'),
});

/** Turns raw variables into the configuration, or throws one {@link ConfigError} that lists every problem. */
export function loadConfig(env: Env, role: Role = 'all'): Readonly<Config> {
  const parsed = shape.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new ConfigError(`The environment can't be used:\n  ${problems.join('\n  ')}`);
  }
  const value = parsed.data;
  return Object.freeze({
    role,
    databaseUrl: value.DATABASE_URL,
    dataDir: resolve(value.PARLEY_DATA_DIR),
    adminToken: value.PARLEY_ADMIN_TOKEN,
    host: value.HOST,
    port: value.PORT,
    logLevel: value.LOG_LEVEL,
    oidc: oidcOf(value),
    poolSize: value.PARLEY_POOL_SIZE,
    trustProxy: value.PARLEY_TRUST_PROXY === 'on',
  });
}

function oidcOf(value: z.infer<typeof shape>): OidcConfig | undefined {
  const { PARLEY_OIDC_ISSUER: issuer, PARLEY_OIDC_AUDIENCE: audience } = value;
  const jwksUrl = value.PARLEY_OIDC_JWKS_URL;
  if (!issuer && !audience && !jwksUrl) return undefined;
  if (!issuer || !audience || !jwksUrl) {
    throw new ConfigError(
      'Sign-in by OpenID Connect needs all three of PARLEY_OIDC_ISSUER, PARLEY_OIDC_AUDIENCE and PARLEY_OIDC_JWKS_URL.',
    );
  }
  return { issuer, audience, jwksUrl };
}
