import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { storeBenchChannel } from './support/bench-channel';
import { watchCpu } from './support/cpu-watch';
import { connect, createDatabase, startPostgres, type BenchServer } from './support/database';
import { Helper } from './support/helper';
import { digestOf, isArchiveThere, readArchive } from './support/mail-archive';
import type { MailSkills, ReadResult } from './support/mail-load';
import { ratio } from './support/measure';
import { MemoryWatch } from './support/memory-watch';
import { startParley } from './support/parley';
import { printResult, printTable } from './support/report';
import { BenchError, type Run } from './support/run';
import { median, rounded } from './support/statistics';

const full = { rounds: 3, mails: 2_750 };
const quick = { rounds: 1, mails: 400 };

const CONNECTIONS = 8;
/** Mails that are read before, so that neither reading is measured cold. */
const WARM_UP = 400;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const LONGEST_MS = 600_000;

interface Pass {
  mailsPerSecond: number;
  /** CPU milliseconds per mail. */
  nodeCpuMs: number | null;
  postgresCpuMs: number | null;
  peakMb: number | null;
}

/** Real mails from a forwarder's post to their message, beside taking the same mails apart. */
export async function mail(run: Run): Promise<void> {
  if (!isArchiveThere) {
    run.say('Skipped: the mails of ../shared/data/mail are not here.');
    return;
  }
  const plan = run.quick ? quick : full;
  const archive = readArchive(plan.mails);
  const bytes = archive.reduce((sum, { length }) => sum + length, 0);
  run.say(`${archive.length} mails, ${(bytes / 1_048_576).toFixed(1)} MiB, ${digestOf(archive)}`);
  const postgres = await startPostgres(run);
  const script = join(__dirname, 'support', 'mail-process.js');
  const readers = await Helper.start<MailSkills>(run, 'The reader', script);
  const clients = await Helper.start<MailSkills>(run, 'The forwarder', script);
  const url = await createDatabase(postgres, 'mail');
  const node = await startParley(run, 'Parley', url);
  const database = await connect(run, url);

  for (const skill of ['parse', 'normalise'] as const) await readers.ask(skill, { mails: WARM_UP });
  const passes: Record<'ours' | 'parsing' | 'reading', Pass[]> = {
    ...{ ours: [], parsing: [], reading: [] },
  };
  let otherLoad: number | null = null;
  const mails = archive.length;
  for (let round = 1; round <= plan.rounds; round++) {
    passes.parsing.push(passOf(mails, await readers.ask('parse', { mails })));
    passes.reading.push(passOf(mails, await readers.ask('normalise', { mails })));
    const stop = watchCpu({
      node: node.pid,
      postmaster: postgres.postmaster,
      clients: clients.pid,
    });
    const memory = new MemoryWatch(node.pid);
    const seconds = await takeIn(database, node, clients, mails);
    const spent = stop();
    otherLoad = Math.max(otherLoad ?? 0, spent.otherLoad ?? 0);
    const each = (ms: number | null) => (ms === null ? null : ms / mails);
    passes.ours.push({
      mailsPerSecond: mails / seconds,
      nodeCpuMs: each(spent.nodeCpuMs),
      postgresCpuMs: each(spent.postgresCpuMs),
      peakMb: memory.stop().peakMb,
    });
    const rates = Object.entries(passes).map(
      ([name, of]) => `${name} ${of.at(-1)!.mailsPerSecond.toFixed(0)}`,
    );
    run.say(`round ${round} of ${plan.rounds}, mails per second: ${rates.join(', ')}`);
  }
  report(run, postgres, passes, otherLoad);
}

function report(
  run: Run,
  postgres: BenchServer,
  passes: Record<'ours' | 'parsing' | 'reading', Pass[]>,
  otherLoad: number | null,
): void {
  const [ours, limit, reading] = [passes.ours, passes.parsing, passes.reading].map(summary) as [
    Pass,
    Pass,
    Pass,
  ];
  printTable(
    ['', 'mails/s', 'CPU ms per mail: node', 'PostgreSQL', 'memory MB'],
    Object.entries({
      'Parley, end to end': ours,
      'the connector’s reading': reading,
      'parsing alone': limit,
    }).map(([name, pass]) => [
      name,
      pass.mailsPerSecond.toFixed(0),
      pass.nodeCpuMs?.toFixed(2) ?? '-',
      pass.postgresCpuMs?.toFixed(2) ?? '-',
      pass.peakMb?.toFixed(0) ?? '-',
    ]),
  );
  printResult({
    ...{ bench: run.name, quick: run.quick, limit, peers: {} },
    ours: { ...ours, reading },
    ratios: {
      limit: ratio(ours.mailsPerSecond, limit.mailsPerSecond),
      reading: ratio(reading.mailsPerSecond, limit.mailsPerSecond),
      cpu: ratio(limit.nodeCpuMs ?? 0, ours.nodeCpuMs ?? 0),
    },
    machine: { ...postgres.machine, otherLoad: otherLoad === null ? null : rounded(otherLoad, 2) },
  });
}

/** Hands all mails to a new channel; gives the seconds until the last of them is a message. */
async function takeIn(
  database: Client,
  node: Awaited<ReturnType<typeof startParley>>,
  clients: Helper<MailSkills>,
  mails: number,
): Promise<number> {
  const settings = { address: 'support@brand.example', webhookSecret: SECRET };
  const { url, channelId } = await storeBenchChannel(database, node, 'email', settings);
  const began = performance.now();
  await clients.ask('forward', { url, secret: SECRET, mails, connections: CONNECTIONS });
  for (;;) {
    const { rows } = await database.query<{ left: number; dead: number }>(
      `select count(*) filter (where not is_dead)::int as left,
         count(*) filter (where is_dead)::int as dead
       from inbound_queue where channel_id = $1`,
      [channelId],
    );
    const { left, dead } = rows[0]!;
    if (dead > 0) throw new BenchError(`${dead} mails are dead letters.`);
    if (left === 0) return (performance.now() - began) / 1_000;
    if (performance.now() - began > LONGEST_MS) throw new BenchError(`${left} mails are left.`);
    await delay(20);
  }
}

function passOf(mails: number, { seconds, cpuMs, peakMb }: ReadResult): Pass {
  return {
    mailsPerSecond: mails / seconds,
    nodeCpuMs: cpuMs / mails,
    ...{ postgresCpuMs: null, peakMb },
  };
}

function summary(passes: readonly Pass[]): Pass {
  const of = <T extends number | null>(pick: (pass: Pass) => T) =>
    rounded(median(passes.map(pick)));
  return {
    mailsPerSecond: of(({ mailsPerSecond }) => mailsPerSecond),
    nodeCpuMs: of(({ nodeCpuMs }) => nodeCpuMs),
    postgresCpuMs: of(({ postgresCpuMs }) => postgresCpuMs),
    peakMb: of(({ peakMb }) => peakMb),
  };
}
