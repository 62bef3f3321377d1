/**
 * A process that sends the messages of the database of argv[2], by the custom connector and by one
 * that promises that sending twice is harmless; it says when it is at work.
 */
import process from 'node:process';
import pino from 'pino';
import { loadTypescript } from '../embedded/load-typescript.mjs';

const { loadConfig } = loadTypescript('../../src/config/config.ts');
const { openCore } = loadTypescript('../../src/core.ts');
const { OutboundBell } = loadTypescript('../../src/outbound/bell.ts');
const { startOutbound } = loadTypescript('../../src/outbound/start-outbound.ts');
const { custom } = loadTypescript('../../src/connectors/custom/index.ts');

const config = loadConfig(JSON.parse(process.argv[2]), 'worker');
const log = pino({ level: 'silent' });
const manifest = { ...custom.manifest, id: 'idempotent', resend: 'idempotent' };
// as in the process that queues: how long a message has waited counts
const core = await openCore(config, {
  log,
  clock: () => new Date(process.argv[3]),
  connectors: { custom, idempotent: { ...custom, manifest } },
});
const { connections, files, pool, clock, databaseUrl: url } = core;
const bell = new OutboundBell(pool);
await startOutbound({
  ...{ url, connections, files, bell, log, clock, config: config.sending },
  onCommit: () => undefined,
});
process.stdout.write('sends\n');
