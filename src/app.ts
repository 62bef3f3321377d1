import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { Authenticator } from './auth/authenticate';
import { requireCompleteTable } from './auth/operation-permissions';
import type { Config } from './config/config';
import { createDataSource, poolOf } from './db/data-source';
import { findRunningPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './db/embedded';
import { withMigrationLock } from './db/migrate';
import { Sessions } from './db/sessions';
import { UnitOfWork } from './db/unit-of-work';
import type { RequestContext, RequestServices } from './domain/kit/request-context';
import { ensureFirstWorkspace, type FirstWorkspace } from './domain/workspace/first-workspace';
import { startWorker } from './jobs/worker';
import { buildSchema } from './server/build-schema';
import { createGraphqlServer } from './server/graphql';
import { createHttpServer } from './server/http';
import { createLogger } from './telemetry/logger';

/** What tests put in place of the real thing. */
export interface Overrides {
  clock?: () => Date;
  log?: Logger;
}

export interface AppOptions extends Overrides {
  /** For commands: uses the embedded PostgreSQL of a Parley that is running, where one is. */
  beside?: boolean;
}

/** Everything of one process, wired once. Close it in the end. */
export interface App {
  config: Config;
  log: Logger;
  databaseUrl: string;
  /** The embedded server, where there is one. */
  embedded: EmbeddedPostgres | null;
  first: FirstWorkspace;
  sessions: Sessions;
  units: UnitOfWork;
  clock: () => Date;
  http: FastifyInstance;
  /** Listens, and tells the address. */
  listen(): Promise<string>;
  /** Runs what is under way in the background to quiet. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the database if there is none, brings it up to date and wires everything to it. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? createLogger(config.logLevel);
  const clock = options.clock ?? (() => new Date());
  const { beside = false } = options;
  const runsJobs = config.role !== 'api' && !beside;
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const given = config.databaseUrl ?? (beside ? await findRunningPostgres(config.dataDir) : null);
    const embedded = given ? null : await startEmbedded(config, log);
    if (embedded) closing.push(() => embedded.stop());
    const databaseUrl = given ?? embedded!.url;

    const open = async (role: 'parley_api' | 'parley_system', poolSize: number) => {
      const onError = (error: Error) => log.warn({ err: error }, 'a database connection was lost');
      const source = createDataSource({ url: databaseUrl, role, poolSize, onError });
      await source.initialize();
      closing.push(() => source.destroy());
      return source;
    };
    let dataSource!: DataSource;
    let first!: FirstWorkspace;
    let sessions!: Sessions;
    let units!: UnitOfWork;
    await withMigrationLock(databaseUrl, async () => {
      dataSource = await open('parley_api', config.poolSize);
      sessions = new Sessions(poolOf(dataSource));
      units = new UnitOfWork(dataSource, sessions);
      const system = new Sessions(poolOf(await open('parley_system', 2)));
      const { adminToken } = config;
      first = await ensureFirstWorkspace({ system, units, now: clock(), adminToken });
    });

    const worker = runsJobs ? await startWorker({ url: databaseUrl, log, clock }) : null;
    if (worker) closing.push(() => worker.stop());
    const pool = poolOf(dataSource);
    const authenticator = new Authenticator({ sessions, pool, oidc: config.oidc, clock, log });
    closing.push(() => authenticator.close());
    const services: RequestServices = {
      sessions,
      units,
      clock,
      onCommand: (name, _actor, result) => {
        if (name === 'apiKeyRevoke') {
          authenticator.forget((result as { apiKeyId: string }).apiKeyId);
        }
      },
    };
    const apollo = await startGraphql(log);
    closing.push(() => apollo.stop());
    const { trustProxy } = config;
    const http = createHttpServer({ apollo, authenticator, services, pool, log, trustProxy });
    closing.push(() => http.close());
    return {
      config,
      log,
      databaseUrl,
      embedded,
      first,
      sessions,
      units,
      clock,
      http,
      listen: () => http.listen({ host: config.host, port: config.port }),
      async drain() {
        await worker?.drain();
        await authenticator.settle();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startEmbedded(config: Config, log: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: config.dataDir, log: (line) => log.info(line) });
}

async function startGraphql(log: Logger): Promise<ApolloServer<RequestContext>> {
  const schema = buildSchema();
  requireCompleteTable(schema);
  const apollo = createGraphqlServer(schema, log);
  await apollo.start();
  return apollo;
}
