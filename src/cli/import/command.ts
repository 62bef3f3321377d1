import type { Command } from 'commander';
import { createProgressReporter } from '../progress';
import { withSession } from '../session';
import { ImportFileError } from './twcs/import-file-error';
import { planTwcsImport, type TwcsPlan } from './twcs/plan';
import type { OnReadProgress } from './twcs/reader';
import { importTwcs, type ImportResult } from './twcs-import';

/** Most notes of a kind that are printed; all are counted. */
const PRINTED = 20;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** `parley import FORMAT FILE` */
export function importCommand(program: Command): void {
  program
    .command('import')
    .description('bring conversations in from a file')
    .command('twcs')
    .description('import "Customer Support on Twitter" (the Kaggle format); again is safe')
    .argument('<file>', 'the CSV file')
    .option('--workspace <id>', 'the workspace to import into (default: the first)')
    .action((file: string, options: { workspace?: string }) => runTwcs(file, options.workspace));
}

async function runTwcs(file: string, workspace: string | undefined): Promise<void> {
  const plan = await withFile(file, () =>
    reporting('Checking ', (onProgress) => planTwcsImport(file, onProgress)),
  );
  await withSession(workspace, async (session) => {
    const { token } = session.app.first;
    if (token) say(`A first workspace was made. Its owner token, shown this once: ${token}`);
    const result = await withFile(file, () =>
      reporting('Importing', (onProgress) => importTwcs(session, file, plan, onProgress)),
    );
    printSummary(plan, result);
  });
}

async function reporting<T>(
  label: string,
  work: (onProgress: OnReadProgress) => Promise<T>,
): Promise<T> {
  const reporter = createProgressReporter({ label });
  try {
    return await work(({ bytes, totalBytes, rows }) =>
      reporter.update({ done: bytes, total: totalBytes, rows }),
    );
  } finally {
    reporter.finish();
  }
}

/** The reader's errors name the line; this puts the file before it. */
async function withFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImportFileError) error.message = `${file}: ${error.message}`;
    throw error;
  }
}

function printSummary(plan: TwcsPlan, { channels, created, unchanged }: ImportResult): void {
  say(`${plan.rows} rows: ${created} messages imported, ${unchanged} there already.`);
  say(`${channels} channels, ${plan.customers} customers, ${plan.conversations} conversations.`);
  printNotes('could not be used', plan.rejectedCount, plan.rejected);
  printNotes(
    'answer in a circle, and were imported as answers to none',
    plan.cutReplyCount,
    plan.cutReplies,
  );
}

function printNotes(
  what: string,
  count: number,
  notes: readonly { line: number; reason: string }[],
) {
  if (count === 0) return;
  say(`${count} ${count === 1 ? 'row' : 'rows'} ${what}:`);
  for (const { line, reason } of notes.slice(0, PRINTED)) say(`  line ${line}: ${reason}`);
  if (count > PRINTED) say(`  … and ${count - PRINTED} more`);
}
