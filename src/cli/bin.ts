#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { isExpected } from '../expected-errors';
import { importCommand } from './import/command';
import { schemaCommand } from './schema';
import { tokenCommand } from './token';

const program = new Command('parley').description(
  'Parley, the headless customer-engagement platform. Reads the same environment as the server.',
);
importCommand(program);
tokenCommand(program);
schemaCommand(program);

program.parseAsync().catch((error: unknown) => {
  const text = isExpected(error) ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
