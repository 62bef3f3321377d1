import 'reflect-metadata';
import { once } from 'node:events';
import { createApp, type App } from './app';
import { banner, firstToken } from './banner';
import { ConfigError, loadConfig, type Role } from './config/config';
import { readEnv } from './config/env';
import type { Demo } from './demo/demo';
import { explainError } from './expected-errors';
import { OpenConnections } from './open-connections';
import { startDemo } from './start-demo';
import { startOrStop } from './start-or-stop';
import { Stopped, takeStopSignals } from './stop-signal';

const roles: readonly Role[] = ['all', 'api', 'worker'];

/**
 * How long a stop waits for requests that are being answered: less than the ten seconds after which
 * container runtimes kill, so that an embedded PostgreSQL still comes to its orderly end.
 */
const STOP_LIMIT_MS = 8_000;

/** Runs the process's role until a stop signal, and ends everything that it started. */
async function main(): Promise<void> {
  const config = loadConfig(readEnv(), readRole(process.argv.slice(2)));
  const stop = takeStopSignals();
  const app = await startOrStop(config, stop, () => createApp(config));
  const connections = new OpenConnections(app.http.server);
  let demo: Demo | null = null;
  try {
    if (stop.aborted) process.stdout.write(firstToken(app));
    else demo = await announce(app);
    if (!stop.aborted) await once(stop, 'abort');
    app.log.info({ signal: (stop.reason as Stopped).signal }, 'stopping');
  } finally {
    await demo?.stop();
    connections.end(STOP_LIMIT_MS);
    await app.close();
  }
}

function readRole([role = 'all', ...rest]: readonly string[]): Role {
  if (rest.length === 0 && roles.includes(role as Role)) return role as Role;
  const given = [role, ...rest].join(' ');
  throw new ConfigError(
    `There is no role "${given}": use all (the default), api or worker. Everything else is set by environment variables.`,
  );
}

/** Says that the process is there; one that answers requests listens first. */
async function announce(app: App): Promise<Demo | null> {
  if (app.config.role === 'worker') {
    process.stdout.write(`Parley runs jobs here. Ctrl-C stops it.\n${firstToken(app)}`);
    return null;
  }
  try {
    const address = await app.listen();
    const demo = await startDemo(app, address);
    process.stdout.write(banner(app, address, demo?.token));
    demo?.begin();
    return demo;
  } catch (error) {
    process.stdout.write(firstToken(app));
    throw listenError(error as NodeJS.ErrnoException, app);
  }
}

function listenError(error: NodeJS.ErrnoException, { config: { host, port } }: App): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is in use: stop what listens there, or set PORT to another one.`,
    EACCES: `This user may not listen on port ${port}: set PORT to one above 1023.`,
    EADDRNOTAVAIL: `HOST is ${host}, which is no address of this machine: set it to one that is, or to 0.0.0.0 for all.`,
    ENOTFOUND: `HOST is ${host}, which is no address and no name of this machine.`,
  };
  const reason = reasons[error.code ?? ''];
  return reason === undefined ? error : new ConfigError(reason, { cause: error });
}

main().catch((error: unknown) => {
  // at once: what was being started has connections that would keep the process for a while
  if (error instanceof Stopped) process.exit(0);
  process.stderr.write(`${explainError(error)}\n`);
  process.exitCode = 1;
});
