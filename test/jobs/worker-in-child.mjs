/**
 * A process with a job worker on the database of argv[2], with a lease of argv[3] seconds. Its task
 * `hold` says that it has begun, and ends with the next line on standard input.
 */
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import pino from 'pino';
import { loadTypescript } from '../embedded/load-typescript.mjs';

const { startWorker } = loadTypescript('../../src/jobs/worker.ts');
const lines = createInterface(process.stdin);

await startWorker({
  url: process.argv[2],
  leaseSeconds: Number(process.argv[3]),
  log: pino({ level: 'silent' }),
  clock: () => new Date(),
  concurrency: 1,
  tasks: {
    hold: async () => {
      process.stdout.write('begun\n');
      await once(lines, 'line');
    },
  },
});
