#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { explainError } from '../expected-errors';
import { Stopped, takeStopSignals } from '../stop-signal';
import { connectorCommand } from './connector/command';
import { importCommand } from './import/command';
import { schemaCommand } from './schema';
import { secretsCommand } from './secrets';
import { simulateCommand } from './simulate/command';
import { tokenCommand } from './token';

const program = new Command('parley')
  .description('Parley, the headless customer-engagement platform.')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(--help says how it is used)')
  .addHelpText(
    'after',
    `
Commands work beside a running server or without one, and read the same environment:
  DATABASE_URL     a PostgreSQL of your own; left out, the embedded one is used
  PARLEY_DATA_DIR  where the embedded one keeps its data (default: .parley)

Examples:
  parley import twcs twcs.csv
  parley token create --name "Reporting" --scopes METRICS_READ CHANNEL_READ`,
  );
const stop = takeStopSignals();
importCommand(program, stop);
tokenCommand(program, stop);
secretsCommand(program, stop);
schemaCommand(program);
connectorCommand(program);
simulateCommand(program, stop);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof Stopped) {
    process.stderr.write('Stopped. What is done so far is kept: run the command again to go on.\n');
    // at once: what was cut short may have connections that would keep the process for a while
    process.exit(error.exitCode);
  }
  process.stderr.write(`${explainError(error)}\n`);
  process.exitCode = 1;
});
