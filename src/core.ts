import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Config } from './config/config';
import { Connections } from './connections/connections';
import type { Connector } from './connectors/kit/connector';
import { connectors as allConnectors } from './connectors/registry';
import { createDataSource, createPool, poolOf } from './db/data-source';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './db/embedded';
import { withMigrationLock } from './db/migrate';
import { Sessions } from './db/sessions';
import { UnitOfWork } from './db/unit-of-work';
import { OutboxBell } from './events/bell';
import { ensureFirstWorkspace, type FirstWorkspace } from './domain/workspace/first-workspace';
import { Files } from './files/files';
import { rateBudgets } from './outbound/rate-budget';
import { OutgoingGuard } from './outgoing/guard';
import { SecretBox } from './secrets/secret-box';
import { createLogger } from './telemetry/logger';

/** What tests put in place of the real thing. */
export interface CoreOptions {
  clock?: () => Date;
  log?: Logger;
  connectors?: Readonly<Record<string, Connector>>;
}

/** The database and what commands run on: all of Parley but its servers. */
export interface Core {
  config: Config;
  log: Logger;
  clock: () => Date;
  databaseUrl: string;
  /** The embedded server, where this process runs one. */
  embedded: EmbeddedPostgres | null;
  first: FirstWorkspace;
  /** For reads: they don't queue behind commands, which have as many connections of their own. */
  pool: Pool;
  /** Connections that see every workspace: each statement has to name its own. */
  system: Pool;
  sessions: Sessions;
  /** For what is read on behalf of subscribers: it does not queue behind commands. */
  liveSessions: Sessions;
  units: UnitOfWork;
  bell: OutboxBell;
  /** Encrypts secrets that are stored. */
  secrets: SecretBox;
  /** Decides where others may have Parley connect to. */
  outgoing: OutgoingGuard;
  /** Channels with their connectors. */
  connections: Connections;
  /** The bytes of files. */
  files: Files;
  close(): Promise<void>;
}

/** Steps that undo what was started, run backwards once. */
export class Closing {
  private readonly steps: (() => Promise<unknown>)[] = [];
  /** Whether it runs, or has run. */
  begun = false;

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    this.begun = true;
    for (const step of this.steps.splice(0).reverse()) await step();
  }
}

/** Most connections for what is read on behalf of subscribers. */
const LIVE_POOL = 3;

/** Starts the database if there is none, brings it up to date and connects to it. */
export async function openCore(config: Config, options: CoreOptions = {}): Promise<Core> {
  const { clock = () => new Date(), log = createLogger(config.logLevel) } = options;
  const closing = new Closing();
  try {
    const given = config.databaseUrl;
    const embedded = given ? null : await startEmbedded(config, log);
    if (embedded) closing.add(() => embedded.stop());
    const databaseUrl = given ?? embedded!.url;

    // pg takes leave without waiting, so that a server that stops right after may still cut it off
    const onError = (error: Error) => {
      if (!closing.begun) log.warn({ err: error }, 'a database connection was lost');
    };
    const open = (role: 'parley_api' | 'parley_system', poolSize: number) => {
      const pool = createPool({ url: databaseUrl, role, poolSize, onError });
      closing.add(() => pool.end());
      return pool;
    };
    // only one process at a time may look for a first workspace and make it
    const connected = await withMigrationLock(databaseUrl, async () => {
      const { poolSize } = config;
      const forCommands = { role: 'parley_api', forCommands: true } as const;
      const source = createDataSource({ url: databaseUrl, poolSize, onError, ...forCommands });
      await source.initialize();
      closing.add(() => source.destroy());
      const pool = open('parley_api', poolSize);
      const sessions = new Sessions(pool);
      const liveSessions = new Sessions(open('parley_api', LIVE_POOL));
      const system = open('parley_system', 2);
      const bell = new OutboxBell(pool);
      const units = new UnitOfWork(source, new Sessions(poolOf(source)), () => bell.ring());
      const { adminToken } = config;
      const first = await ensureFirstWorkspace({
        ...{ units, now: clock(), adminToken },
        system: new Sessions(system),
      });
      return { pool, system, sessions, liveSessions, units, bell, first };
    });
    const close = () => closing.run();
    const secrets = new SecretBox(config.secretKeys, config.dataDir);
    const outgoing = new OutgoingGuard(config.outgoing);
    const connections = new Connections({
      ...{ sessions: connected.sessions, secrets, outgoing, clock, log },
      connectors: options.connectors ?? allConnectors,
      hooksOf: rateBudgets({ sessions: connected.sessions, clock }),
      publicUrl: config.publicUrl ?? null,
    });
    closing.add(() => connections.close());
    const files = new Files({ config: config.files, secrets, clock });
    return {
      ...{ config, log, clock, databaseUrl, embedded, ...connected },
      ...{ secrets, outgoing, connections, files, close },
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

function startEmbedded(config: Config, log: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: config.dataDir, log: (line) => log.info(line) });
}
