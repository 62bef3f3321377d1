/**
 * A process that relays the events of the database of argv[2] to the NATS of argv[3]; it says when it
 * leads.
 */
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { loadTypescript } from '../embedded/load-typescript.mjs';

const { startRelay } = loadTypescript('../../src/nats/relay.ts');
const { loadConfig } = loadTypescript('../../src/config/config.ts');

const relay = await startRelay({
  url: process.argv[2],
  nats: loadConfig({ NATS_URL: process.argv[3] }).nats,
  retentionDays: 30,
  log: pino({ level: 'silent' }),
});
while (!relay.isLeader) await setTimeout(5);
process.stdout.write('leads\n');
