/** A process that sends the messages of a database by the connectors as they are; it says when it is at work. */
import process from 'node:process';
import pino from 'pino';
import { loadTypescript } from '../embedded/load-typescript.mjs';

const { loadConfig } = loadTypescript('../../src/config/config.ts');
const { openCore } = loadTypescript('../../src/core.ts');
const { OutboundBell } = loadTypescript('../../src/outbound/bell.ts');
const { startOutbound } = loadTypescript('../../src/outbound/start-outbound.ts');

const config = loadConfig(JSON.parse(process.argv[2]), 'worker');
const log = pino({ level: 'silent' });
const core = await openCore(config, { log });
const { connections, files, pool, clock, databaseUrl: url } = core;
const bell = new OutboundBell(pool);
await startOutbound({
  ...{ url, connections, files, bell, log, clock, config: config.sending },
  onCommit: () => undefined,
});
process.stdout.write('sends\n');
