import { isExpected } from '../src/expected-errors';
import { depth } from './depth';
import { fanout } from './fanout';
import { importFile } from './import';
import { inbox } from './inbox';
import { ingest } from './ingest';
import { latency } from './latency';
import { mail } from './mail';
import { normalise } from './normalise';
import { refusals } from './refusals';
import { replay } from './replay';
import { BenchError, Run } from './support/run';

const benchmarks: Record<string, (run: Run) => Promise<void>> = {
  inbox,
  depth,
  import: importFile,
  fanout,
  latency,
  replay,
  ingest,
  mail,
  normalise,
  refusals,
};

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const [name = '', ...rest] = args.filter((arg) => arg !== '--quick');
  const benchmark = benchmarks[name];
  if (!benchmark || rest.length > 0) {
    throw new BenchError(
      `usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')} [--quick]`,
    );
  }
  const run = new Run(name, quick);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => run.fail(new BenchError(`Stopped by ${signal}.`)));
  }
  try {
    await Promise.race([benchmark(run), run.failure]);
  } finally {
    await run.close();
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: Error) => {
    const { message, stack = message } = error;
    const isForPeople = error instanceof BenchError || isExpected(error);
    const text = isForPeople ? message : stack;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  },
);
