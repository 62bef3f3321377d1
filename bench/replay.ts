import { join } from 'node:path';
import type { Client } from 'pg';
import { watchCpu, type Participants } from './support/cpu-watch';
import { connect, seededDatabase, startPostgres } from './support/database';
import { Helper } from './support/helper';
import { ratio } from './support/measure';
import { MemoryWatch } from './support/memory-watch';
import { graphqlTarget, startParley } from './support/parley';
import { parleySocket } from './support/parley-live';
import type { ReplayResult, ReplaySkills } from './support/replay';
import { printResult, printTable } from './support/report';
import { BenchError, type Run } from './support/run';
import { WORKSPACE_ID } from './support/seed';
import { median, rounded } from './support/statistics';

const full = {
  database: 'replay',
  plan: { customers: 50_000, conversations: 100_000, messagesPerConversation: 10 },
  rounds: 3,
};
const quick = {
  database: 'replay_quick',
  plan: { customers: 5_000, conversations: 10_000, messagesPerConversation: 10 },
  rounds: 1,
};

/** What a subscriber asks for, and the same rows straight from the tables. */
const readings = {
  envelope: {
    query: 'subscription { events(after: 0) { position event { id type } } }',
    select: `select position, event_id, type from event_log
      where workspace_id = '${WORKSPACE_ID}' and position <= HEAD order by position`,
  },
  withMessage: {
    query: `subscription { events(after: 0) { position message {
      id body createdAt: sentAt author: authorCustomer { name }
    } } }`,
    select: `select e.position, m.id, m.body, m.sent_at, c.name
      from event_log e
      join message m on m.workspace_id = e.workspace_id and m.id = e.subject
      left join customer c on c.workspace_id = m.workspace_id and c.id = m.author_customer_id
      where e.workspace_id = '${WORKSPACE_ID}' and e.position <= HEAD order by e.position`,
  },
} as const;

type Reading = keyof typeof readings;

/** The log read once. */
interface Pass {
  eventsPerSecond: number;
  bytesPerEvent: number;
  /** CPU microseconds per event, of the node and of PostgreSQL; null where unknown. */
  nodeCpuUs: number | null;
  postgresCpuUs: number | null;
  /** Resident memory of the node in MiB: before, when a tenth had come, at the end, and the most. */
  memory: Memory | null;
  /** Share of the machine's CPU that went to other programs; null where unknown. */
  otherLoad: number | null;
}

type Memory = Record<'startMb' | 'tenthMb' | 'endMb' | 'peakMb', number | null>;

/** The whole log to one subscriber, beside `COPY` of the same rows. */
export async function replay(run: Run): Promise<void> {
  const { database, plan, rounds } = run.quick ? quick : full;
  const postgres = await startPostgres(run);
  const url = await seededDatabase(run, postgres, database, { ...plan, log: true });
  const head = plan.conversations * plan.messagesPerConversation;
  await expectLog(await connect(run, url), head);
  const server = await startParley(run, 'Parley', url);
  const { postmaster, machine } = postgres;
  const reader = await Helper.start<ReplaySkills>(
    run,
    'The subscriber',
    join(__dirname, 'support', 'replay-process.js'),
  );

  const participants = { node: server.pid, postmaster, clients: reader.pid };
  const socket = parleySocket(server, graphqlTarget(server, '', {}).headers);
  const ours = { envelope: [] as Pass[], withMessage: [] as Pass[] };
  const copies = { envelope: [] as Pass[], withMessage: [] as Pass[] };
  for (let round = 1; round <= rounds; round++) {
    for (const reading of Object.keys(readings) as Reading[]) {
      const { query } = readings[reading];
      const select = readings[reading].select.replace('HEAD', String(head));
      const subscribe = () => reader.ask('replay', { ...socket, query, head });
      ours[reading].push(await measure(subscribe, head, participants));
      const copyRows = () => reader.ask('copy', { url, select });
      copies[reading].push(await measure(copyRows, head, { ...participants, node: null }));
      const rates = [ours, copies].map((passes) =>
        Math.round(passes[reading].at(-1)!.eventsPerSecond).toLocaleString('en'),
      );
      run.say(`round ${round} of ${rounds}: ${reading} ${rates[0]} events/s, COPY ${rates[1]}`);
    }
  }

  const figures = { envelope: summary(ours.envelope), withMessage: summary(ours.withMessage) };
  const limit = { envelope: summary(copies.envelope), withMessage: summary(copies.withMessage) };
  print(figures, limit);
  const rate = (name: Reading) => ratio(figures[name].eventsPerSecond, limit[name].eventsPerSecond);
  printResult({
    bench: run.name,
    quick: run.quick,
    ours: { events: head, ...figures },
    limit,
    peers: {},
    ratios: { envelope: rate('envelope'), withMessage: rate('withMessage') },
    machine: { ...machine, otherLoad: summary(Object.values(ours).flat()).otherLoad },
  });
}

/** What the server adds when it starts comes behind. */
async function expectLog(client: Client, head: number): Promise<void> {
  const { rows } = await client.query<{ events: number }>(
    'select count(*)::int as events from event_log where workspace_id = $1 and position <= $2',
    [WORKSPACE_ID, head],
  );
  const { events } = rows[0]!;
  if (events !== head) throw new BenchError(`The log has ${events} of ${head} events.`);
}

async function measure(
  read: () => Promise<ReplayResult>,
  expected: number,
  participants: Participants,
): Promise<Pass> {
  const { node } = participants;
  const watch = node === null ? null : new MemoryWatch(node);
  const stop = watchCpu(participants);
  const { events, seconds, bytes, tenthAt } = await read();
  const { nodeCpuMs, postgresCpuMs, otherLoad } = stop();
  const memory = watch && { ...watch.stop(), tenthMb: watch.at(tenthAt!) };
  if (events !== expected) throw new BenchError(`${events} events came instead of ${expected}.`);
  const perEvent = (ms: number | null) => (ms === null ? null : (ms * 1000) / events);
  return {
    eventsPerSecond: events / seconds,
    bytesPerEvent: bytes / events,
    nodeCpuUs: perEvent(nodeCpuMs),
    postgresCpuUs: perEvent(postgresCpuMs),
    memory,
    otherLoad,
  };
}

/** Medians over the rounds; the memory of the first, when the node has done nothing before. */
function summary(passes: readonly Pass[]): Pass {
  const of = <T extends number | null>(pick: (pass: Pass) => T) =>
    rounded(median(passes.map(pick)));
  const { memory } = passes[0]!;
  const peaks = passes.map((pass) => pass.memory?.peakMb ?? 0);
  return {
    eventsPerSecond: of((pass) => pass.eventsPerSecond),
    bytesPerEvent: of((pass) => pass.bytesPerEvent),
    nodeCpuUs: of((pass) => pass.nodeCpuUs),
    postgresCpuUs: of((pass) => pass.postgresCpuUs),
    memory: memory && {
      startMb: rounded(memory.startMb),
      tenthMb: rounded(memory.tenthMb),
      endMb: rounded(memory.endMb),
      peakMb: memory.peakMb && rounded(Math.max(...peaks)),
    },
    otherLoad: rounded(median(passes.map((pass) => pass.otherLoad)), 2),
  };
}

function print(ours: Record<Reading, Pass>, limit: Record<Reading, Pass>): void {
  const whole = (value: number | null | undefined) => value?.toFixed(0) ?? '-';
  const row = (name: string, pass: Pass) => [
    name,
    whole(pass.eventsPerSecond),
    whole(pass.bytesPerEvent),
    pass.nodeCpuUs?.toFixed(1) ?? '-',
    pass.postgresCpuUs?.toFixed(1) ?? '-',
    ...(['startMb', 'tenthMb', 'endMb', 'peakMb'] as const).map((at) => whole(pass.memory?.[at])),
  ];
  printTable(
    [
      '',
      'events/s',
      'bytes each',
      'CPU µs per event: node',
      'PostgreSQL',
      'MB at first',
      'at a tenth',
      'at the end',
      'most',
    ],
    [
      row('Parley, envelope', ours.envelope),
      row('COPY', limit.envelope),
      row('Parley, with message', ours.withMessage),
      row('COPY', limit.withMessage),
    ],
  );
}
