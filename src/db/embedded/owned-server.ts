import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Binaries } from './binaries';
import type { Cluster } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { claimOwnership, inUse } from './ownership';
import { retirePreviousServer } from './previous-server';
import { EarlyExitError, launchServer, startFailed, type ServerProcess } from './server-process';

const ATTEMPTS = 5;
const ATTEMPT_PAUSE_MS = 500;
const RECLAIM_PAUSE_MS = 200;

/** What a server is started from. */
export interface ServerOptions {
  cluster: Cluster;
  binaries: Binaries;
  settings: Readonly<Record<string, string>>;
  log: (line: string) => void;
}

/** A running server that this process has started and owns. */
export class OwnedServer {
  #session: Client;
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly process: ServerProcess,
    session: Client,
    private readonly options: ServerOptions,
  ) {
    this.#session = session;
    this.#watchSession();
    void this.#watchProcess();
  }

  /**
   * Starts a server over the cluster, unless a living process owns it.
   *
   * @throws EmbeddedPostgresError `IN_USE`, `DATA_DIR` or `START_FAILED`.
   */
  static async start(options: ServerOptions): Promise<OwnedServer> {
    for (let attempt = 1; ; attempt++) {
      try {
        await retirePreviousServer(options.cluster, options.log);
        return await OwnedServer.#launch(options);
      } catch (error) {
        if (!(error instanceof EarlyExitError)) throw error;
        if (attempt === ATTEMPTS) throw startFailed(options.cluster, error.message);
        await delay(ATTEMPT_PAUSE_MS);
      }
    }
  }

  static async #launch(options: ServerOptions): Promise<OwnedServer> {
    const { cluster, binaries, settings } = options;
    const process = await launchServer(cluster, binaries, settings);
    try {
      const claim = await claimOwnership(cluster, process.port);
      if (claim.owned) return new OwnedServer(process, claim.session, options);
      // Another start found our server before we could claim it, and is replacing it.
      throw inUse(cluster, claim.ownerPid);
    } catch (error) {
      if (error instanceof EmbeddedPostgresError && error.code === 'IN_USE') throw error;
      await process.stop();
      if (error instanceof EmbeddedPostgresError) throw error;
      throw new EarlyExitError(`PostgreSQL started, but gave no answer: ${String(error)}`, {
        cause: error,
      });
    }
  }

  /** The TCP port on 127.0.0.1. */
  get port(): number {
    return this.process.port;
  }

  /** Ends the server and waits until it is gone. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#end());
  }

  async #end(): Promise<void> {
    const { cluster, log } = this.options;
    if (!(await this.process.stop())) {
      log(`PostgreSQL (process ${this.process.pid}) does not end; see ${cluster.logFile}.`);
    }
    await this.#session.end();
  }

  async #watchProcess(): Promise<void> {
    const reason = await this.process.ended;
    if (this.#stopped !== undefined) return;
    const { cluster, log } = this.options;
    log(`PostgreSQL has ended by itself (${reason}); see ${cluster.logFile} and restart Parley.`);
  }

  #watchSession(): void {
    this.#session.once('end', () => void this.#reclaim());
  }

  /** PostgreSQL cuts every session, ours too, when one of its processes crashes; it then goes on. */
  async #reclaim(): Promise<void> {
    const { cluster, log } = this.options;
    while (this.#stopped === undefined && !this.process.hasEnded()) {
      const claim = await claimOwnership(cluster, this.port).catch(() => undefined);
      if (claim?.owned) {
        this.#session = claim.session;
        this.#watchSession();
        if (this.#stopped !== undefined) await claim.session.end();
        return;
      }
      if (claim !== undefined) {
        log(
          `The PostgreSQL server of this process was taken over (${inUse(cluster, claim.ownerPid).message})`,
        );
        return;
      }
      await delay(RECLAIM_PAUSE_MS);
    }
  }
}
