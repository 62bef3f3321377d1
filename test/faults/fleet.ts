import { Client as Postgres } from 'pg';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { freePort } from '../support/free-port';
import { layWire, type Wire } from '../support/outage';
import { Running, Server, until, type Variables } from '../support/process';

/** The owner's token. */
export const TOKEN = 'parley_owner_of_the_fleet';

const settings: Variables = {
  PARLEY_ADMIN_TOKEN: TOKEN,
  PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
  PARLEY_WEBHOOK_RETRY_FIRST_SECONDS: '0.02',
  PARLEY_WEBHOOK_RETRY_LONGEST_SECONDS: '0.2',
  // what a dead process had claimed is sent again after twice this time
  PARLEY_WEBHOOK_TIMEOUT_SECONDS: '1',
  PARLEY_HEARTBEAT_SECONDS: '0.4',
};

export interface FleetOptions {
  env?: Variables;
  /** Whether the processes come to the database by a wire that can be cut. */
  byWire?: boolean;
}

interface Grounds {
  database: TestDatabase;
  wire: Wire | null;
  postgres: Postgres;
  env: Variables;
}

/** An API process and two workers over one database, any of which can be killed. */
export class Fleet {
  readonly client: Client;

  private constructor(
    private readonly grounds: Grounds,
    private api: Server,
    private workers: Running[],
  ) {
    this.client = new Client(`${api.url}/graphql`, TOKEN);
  }

  static async start({ env: more, byWire = false }: FleetOptions = {}): Promise<Fleet> {
    const database = await createTestDatabase();
    const wire = byWire ? await layWire(database.url) : null;
    const postgres = new Postgres(database.url);
    await postgres.connect();
    const port = String(await freePort());
    const env = { ...settings, DATABASE_URL: wire?.url ?? database.url, PORT: port, ...more };
    const [api, ...workers] = await Promise.all([
      startApi(env),
      startWorker(env),
      startWorker(env),
    ]);
    return new Fleet({ database, wire, postgres, env }, api, workers);
  }

  /** A connection of the owner of the tables, which no fault touches. */
  get postgres(): Postgres {
    return this.grounds.postgres;
  }

  /** Kills the process that answers requests, and starts another one on its port. */
  async replaceApi(): Promise<void> {
    await this.api.kill('SIGKILL');
    this.api = await startApi(this.grounds.env);
  }

  /** Kills the worker that sequences events, or the other one, and starts another one in its place. */
  async replaceWorker(which: 'LEADER' | 'STAND_BY'): Promise<void> {
    const leader = await this.leader();
    const victim = which === 'LEADER' ? leader : this.workers.find((it) => it !== leader)!;
    await victim.kill('SIGKILL');
    const rest = this.workers.filter((worker) => worker !== victim);
    this.workers = [...rest, await startWorker(this.grounds.env)];
  }

  /** Has the database end every connection of the processes; gives their number. */
  async terminateConnections(): Promise<number> {
    const { rowCount } = await this.postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    return rowCount!;
  }

  /** Cuts the processes off from the database until something holds. */
  async cutWireUntil(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const wire = this.grounds.wire!;
    await wire.cut();
    try {
      await until(holds, what);
    } finally {
      await wire.mend();
    }
  }

  /** The last that the processes have said, for when something is amiss. */
  get lastWords(): string {
    const words = [this.api, ...this.workers].map(({ pid, stderr }) => {
      return `Process ${pid}:\n${stderr.slice(-2_000)}`;
    });
    return words.join('\n');
  }

  async close(): Promise<void> {
    const { wire, postgres, database } = this.grounds;
    await Promise.all([this.api, ...this.workers].map((process) => process.kill('SIGKILL')));
    await wire?.cut();
    await postgres.end();
    await database.drop();
  }

  /** The worker that said last that it sequences events, once one holds the lock for it. */
  private async leader(): Promise<Running> {
    const isLed = async () => {
      const { rowCount } = await this.postgres.query(
        `select from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and granted and application_name = 'parley sequencer'
           and datname = current_database()`,
      );
      return rowCount! > 0;
    };
    await until(isLed, 'a worker sequences events');
    const latest = Math.max(...this.workers.map(leadsSince));
    return this.workers.find((worker) => leadsSince(worker) === latest)!;
  }
}

function startApi(env: Variables): Promise<Server> {
  return Server.start({ env: { ...env, LOG_LEVEL: 'warn' }, args: ['api'] });
}

async function startWorker(env: Variables): Promise<Running> {
  const worker = new Running('main.ts', { env: { ...env, LOG_LEVEL: 'info' }, args: ['worker'] });
  await worker.says(/Parley runs jobs here/);
  return worker;
}

/** When a process last said that it sequences events; 0 when it never did. */
function leadsSince({ stderr }: Running): number {
  const said = stderr
    .split('\n')
    .findLast((line) => line.includes('this process sequences events'));
  return said === undefined ? 0 : (JSON.parse(said) as { time: number }).time;
}
