/**
 * A process that does what a worker does with deliveries, on the database of the environment. It
 * begins with the first line on standard input, which says at which statement it kills itself: with
 * a half, once the statement is on its way, so that nobody knows what became of it. 0: never.
 */
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers';
import pg from 'pg';
import { loadTypescript } from '../embedded/load-typescript.mjs';

const { openCore } = loadTypescript('../../src/core.ts');
const { startInbound } = loadTypescript('../../src/inbound/start-inbound.ts');
const { loadConfig } = loadTypescript('../../src/config/config.ts');
const { readEnv } = loadTypescript('../../src/config/env.ts');

const core = await openCore(loadConfig(readEnv(), 'worker'));
process.stdout.write('loaded\n');
const [line] = await once(createInterface(process.stdin), 'line');
const fatal = Number(line);

let statements = 0;
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : (args[0]?.text ?? '');
  if (fatal === 0 || !isOfWork(text)) return query.apply(this, args);
  statements += 1;
  if (statements === fatal) die();
  const answered = query.apply(this, args);
  if (statements === Math.floor(fatal)) setImmediate(die);
  return answered;
};

/** What only looks whether there is something to do is not counted. */
function isOfWork(text) {
  return (
    /^(START TRANSACTION|COMMIT)|inbound_queue|insert|update|delete/i.test(text) &&
    !text.includes('with recursive')
  );
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}

const { databaseUrl: url, pool, system, sessions, connections, files, clock, log } = core;
const inbound = await startInbound({
  ...{ url, pool, system, sessions, connections, files, clock, log },
  onCommit: () => undefined,
  isWorker: true,
});
if (fatal === 0) {
  await inbound.drain(30);
  await inbound.stop();
  await core.close();
  process.exit();
}
