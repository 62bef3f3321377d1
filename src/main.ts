import 'reflect-metadata';
import { createApp, type App } from './app';
import { banner } from './banner';
import { loadConfig, ConfigError, type Role } from './config/config';
import { readEnv } from './config/env';
import { isExpected } from './expected-errors';

const roles: readonly Role[] = ['all', 'api', 'worker'];

/** Starts the process's role, and stops everything that it started on SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const role = (process.argv[2] ?? 'all') as Role;
  if (!roles.includes(role)) {
    throw new ConfigError(`There is no role "${role}": use all, api or worker.`);
  }
  const app = await createApp(loadConfig(readEnv(), role));
  stopOnSignals(app);
  if (role === 'worker') {
    process.stdout.write('Parley runs jobs here. Ctrl-C stops it.\n');
    return;
  }
  const address = await app.listen().catch(async (error: Error) => {
    await app.close();
    throw listenError(error, app);
  });
  process.stdout.write(banner(app, address));
}

function stopOnSignals(app: App): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    app.log.info({ signal }, 'stopping');
    app.close().catch((error: Error) => {
      app.log.error({ err: error }, 'could not stop cleanly');
      process.exitCode = 1;
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function listenError(error: Error, { config }: App): Error {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new ConfigError(
    `Port ${config.port} of ${config.host} is in use: stop what listens there, or set PORT to another one.`,
  );
}

main().catch((error: unknown) => {
  const text = isExpected(error) ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
