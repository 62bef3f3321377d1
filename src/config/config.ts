import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Env } from './env';
import { s3Of, type FilesConfig } from './files';
import { parseNatsUrl, type NatsConfig } from './nats';
import { parseOutgoingAllow, type OutgoingConfig } from './outgoing';
import { parseSecretKey, type SecretKeyConfig } from './secret-key';
import { parseTrustProxy, type TrustProxy } from './trust-proxy';

/** What a process runs: `api` answers requests, `worker` runs jobs, `all` does both. */
export type Role = 'all' | 'api' | 'worker';

/** How users sign in: JWTs of one OpenID Connect issuer, checked against its published keys. */
export interface OidcConfig {
  issuer: string;
  audience: string;
  jwksUrl: string;
}

/** How outgoing webhooks are sent. */
export interface WebhookConfig {
  /** About how many seconds after the first attempt the second one is made; then ever more. */
  retryFirstSeconds: number;
  /** The longest pause between two attempts, in seconds. */
  retryLongestSeconds: number;
  /** For how many hours after the first attempt others are made. */
  retryHours: number;
  /** How many seconds a receiver may take for its answer. */
  timeoutSeconds: number;
}

/** How messages are sent. */
export interface SendingConfig {
  /** About how many seconds after the first attempt the second one is made; then ever more. */
  retryFirstSeconds: number;
  /** The longest pause between two attempts, in seconds. */
  retryLongestSeconds: number;
  /** For how many hours after it was queued a message is tried. */
  retryHours: number;
  /** How many seconds one attempt may take. */
  timeoutSeconds: number;
}

/** Everything that a process may be told from outside; validated and frozen at start. */
export interface Config {
  role: Role;
  /** Absent: an embedded PostgreSQL is started under `dataDir`. */
  databaseUrl?: string;
  /** Absolute path of the folder for everything that Parley keeps on disk. */
  dataDir: string;
  /** Whether a demonstration workspace is filled by simulated platforms. */
  demo: boolean;
  /** Sets the owner token of the first workspace; absent: one is made at the first start. */
  adminToken?: string;
  host: string;
  /** 0 lets the operating system choose. */
  port: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  oidc?: OidcConfig;
  /** Most database connections that this process opens. */
  poolSize: number;
  trustProxy: TrustProxy;
  /** The base of the URLs that others call, without a slash at its end; absent: as each request came. */
  publicUrl?: string;
  /** Most bytes that wait for one live client to read them. */
  socketBufferBytes: number;
  /** How often live subscriptions are told the head of the log. */
  heartbeatSeconds: number;
  /** How long events stay in the log. */
  eventRetentionDays: number;
  /** How long deliveries are kept as they came. */
  deliveryRetentionDays: number;
  /** Absent: API processes are told of events by PostgreSQL alone. */
  nats?: NatsConfig;
  /** What stored secrets are encrypted with. */
  secretKeys: SecretKeyConfig;
  outgoing: OutgoingConfig;
  /** Where the bytes of files are kept. */
  files: FilesConfig;
  webhooks: WebhookConfig;
  sending: SendingConfig;
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

function seconds(least: number, most: number) {
  const message = `must be a number from ${least} to ${most}`;
  return z.coerce.number(message).min(least, message).max(most, message);
}

/** A text that `parse` reads; the message of its error is the problem. */
function readBy<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
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
  PARLEY_DEMO: oneOf('on', 'off').default('on'),
  HOST: z.string().default('127.0.0.1'),
  PARLEY_PUBLIC_URL: httpUrl
    .refine((url) => !/[?#]/.test(url), 'must be a URL without a query or fragment')
    .optional(),
  PORT: whole(0, 65_535).default(4000),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  PARLEY_OIDC_ISSUER: httpUrl.optional(),
  PARLEY_OIDC_AUDIENCE: z.string().optional(),
  PARLEY_OIDC_JWKS_URL: httpUrl.optional(),
  PARLEY_POOL_SIZE: whole(2, 500).default(10),
  PARLEY_TRUST_PROXY: readBy(parseTrustProxy).default(false),
  PARLEY_SOCKET_BUFFER_KB: whole(64, 65_536).default(1_024),
  PARLEY_HEARTBEAT_SECONDS: seconds(0.05, 3_600).default(15),
  PARLEY_EVENT_RETENTION_DAYS: whole(1, 36_500).default(90),
  PARLEY_DELIVERY_RETENTION_DAYS: whole(1, 36_500).default(30),
  NATS_URL: readBy(parseNatsUrl).optional(),
  PARLEY_NATS_STREAM: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores')
    .default('PARLEY'),
  PARLEY_NATS_REPLICAS: whole(1, 5).default(1),
  PARLEY_SECRET_KEY: readBy(parseSecretKey).optional(),
  PARLEY_SECRET_KEY_PREVIOUS: readBy((text) =>
    text.split(',').map((key) => parseSecretKey(key.trim())),
  ).optional(),
  PARLEY_FILES_DIR: z.string().optional(),
  PARLEY_S3_ENDPOINT: httpUrl.optional(),
  PARLEY_S3_REGION: z.string().default('auto'),
  PARLEY_S3_ACCESS_KEY_ID: z.string().optional(),
  PARLEY_S3_SECRET_ACCESS_KEY: z.string().optional(),
  PARLEY_LARGEST_FILE_MB: whole(1, 200).default(25),
  PARLEY_OUTGOING_ALLOW: readBy(parseOutgoingAllow).optional(),
  PARLEY_WEBHOOK_RETRY_FIRST_SECONDS: seconds(0.01, 3_600).default(5),
  PARLEY_WEBHOOK_RETRY_LONGEST_SECONDS: seconds(0.01, 86_400).default(43_200),
  PARLEY_WEBHOOK_RETRY_HOURS: seconds(0, 720).default(72),
  PARLEY_WEBHOOK_TIMEOUT_SECONDS: seconds(0.1, 60).default(15),
  PARLEY_SEND_RETRY_FIRST_SECONDS: seconds(0.01, 3_600).default(2),
  PARLEY_SEND_RETRY_LONGEST_SECONDS: seconds(0.01, 86_400).default(300),
  PARLEY_SEND_RETRY_HOURS: seconds(0, 720).default(24),
  PARLEY_SEND_TIMEOUT_SECONDS: seconds(0.1, 600).default(60),
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
    // never beside data that somebody keeps, nor in a part of several processes
    demo: value.PARLEY_DEMO === 'on' && value.DATABASE_URL === undefined && role === 'all',
    adminToken: value.PARLEY_ADMIN_TOKEN,
    host: value.HOST,
    port: value.PORT,
    logLevel: value.LOG_LEVEL,
    oidc: oidcOf(value),
    poolSize: value.PARLEY_POOL_SIZE,
    trustProxy: value.PARLEY_TRUST_PROXY,
    publicUrl: value.PARLEY_PUBLIC_URL?.replace(/\/+$/, ''),
    socketBufferBytes: value.PARLEY_SOCKET_BUFFER_KB * 1_024,
    heartbeatSeconds: value.PARLEY_HEARTBEAT_SECONDS,
    eventRetentionDays: value.PARLEY_EVENT_RETENTION_DAYS,
    deliveryRetentionDays: value.PARLEY_DELIVERY_RETENTION_DAYS,
    nats: natsOf(value),
    secretKeys: Object.freeze({
      key: value.PARLEY_SECRET_KEY,
      previous: value.PARLEY_SECRET_KEY_PREVIOUS ?? [],
    }),
    outgoing: Object.freeze(value.PARLEY_OUTGOING_ALLOW ?? { networks: [], names: [] }),
    files: filesOf(value),
    webhooks: Object.freeze({
      retryFirstSeconds: value.PARLEY_WEBHOOK_RETRY_FIRST_SECONDS,
      retryLongestSeconds: value.PARLEY_WEBHOOK_RETRY_LONGEST_SECONDS,
      retryHours: value.PARLEY_WEBHOOK_RETRY_HOURS,
      timeoutSeconds: value.PARLEY_WEBHOOK_TIMEOUT_SECONDS,
    }),
    sending: Object.freeze({
      retryFirstSeconds: value.PARLEY_SEND_RETRY_FIRST_SECONDS,
      retryLongestSeconds: value.PARLEY_SEND_RETRY_LONGEST_SECONDS,
      retryHours: value.PARLEY_SEND_RETRY_HOURS,
      timeoutSeconds: value.PARLEY_SEND_TIMEOUT_SECONDS,
    }),
  });
}

function filesOf(value: z.infer<typeof shape>): FilesConfig {
  const { PARLEY_DATA_DIR: dataDir, PARLEY_FILES_DIR: dir = join(dataDir, 'files') } = value;
  try {
    const largestBytes = value.PARLEY_LARGEST_FILE_MB * 1_048_576;
    return Object.freeze({ dir: resolve(dir), s3: s3Of(value), largestBytes });
  } catch (error) {
    throw new ConfigError(`The environment can't be used:\n  ${(error as Error).message}`);
  }
}

function natsOf(value: z.infer<typeof shape>): NatsConfig | undefined {
  if (!value.NATS_URL) return undefined;
  const { PARLEY_NATS_STREAM: stream, PARLEY_NATS_REPLICAS: replicas } = value;
  return Object.freeze({ ...value.NATS_URL, stream, replicas });
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
