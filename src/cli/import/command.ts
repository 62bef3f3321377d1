import type { Command } from 'commander';
import { createProgressReporter } from '../progress';
import { withSession, workspaceUuid } from '../session';
import { ImportFileError } from './twcs/import-file-error';
import { planTwcsImport, type TwcsPlan } from './twcs/plan';
import type { OnReadProgress } from './twcs/reader';
import { importTwcs, type ImportResult } from './twcs-import';

/** Most notes of a kind that are printed; all are counted. */
const PRINTED = 20;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** "1 row", "5,000 rows". */
const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** `parley import FORMAT FILE` */
export function importCommand(program: Command, stop: AbortSignal): void {
  program
    .command('import')
    .description('bring conversations in from a file')
    .command('twcs')
    .summary('"Customer Support on Twitter", the Kaggle format')
    .description(
      'Imports "Customer Support on Twitter" in the Kaggle format: a channel for each brand, with its ' +
        'customers, conversations and messages. Running it again, also after it was stopped in the ' +
        'middle, imports what is missing and changes nothing else.',
    )
    .argument('<file>', 'the CSV file')
    .option('--workspace <id>', 'the workspace to import into (default: the first)')
    .action(async (file: string, { workspace }: { workspace?: string }) => {
      const workspaceId = workspace === undefined ? undefined : workspaceUuid(workspace);
      await runTwcs(file, workspaceId, stop);
    });
}

async function runTwcs(
  file: string,
  workspaceId: string | undefined,
  stop: AbortSignal,
): Promise<void> {
  const plan = await withFile(file, () =>
    reporting('Checking', stop, (onProgress) => planTwcsImport(file, onProgress)),
  );
  await withSession({ workspaceId, stop }, async (session) => {
    const result = await withFile(file, () =>
      reporting('Importing', stop, (onProgress) => importTwcs(session, file, plan, onProgress)),
    );
    printSummary(plan, result);
  });
}

/** Shows how far the work has come, which ends at its next step after a stop. */
async function reporting<T>(
  label: string,
  stop: AbortSignal,
  work: (onProgress: OnReadProgress) => Promise<T>,
): Promise<T> {
  const reporter = createProgressReporter({ label });
  try {
    return await work(({ bytes, totalBytes, rows }) => {
      stop.throwIfAborted();
      reporter.update({ done: bytes, total: totalBytes, rows });
    });
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
  const messages = `${counted(created, 'message')} imported, ${unchanged.toLocaleString('en-US')} there already`;
  say(`${counted(plan.rows + plan.rejectedCount, 'row')}: ${messages}.`);
  say(
    `${counted(channels, 'channel')}, ${counted(plan.customers, 'customer')}, ${counted(plan.conversations, 'conversation')}.`,
  );
  printNotes('could not be used', plan.rejectedCount, plan.rejected);
  printNotes(
    'would close a circle of replies, and came in as replies to none',
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
  say(`${counted(count, 'row')} ${what}:`);
  for (const { line, reason } of notes.slice(0, PRINTED)) say(`  line ${line}: ${reason}`);
  if (count > PRINTED) say(`  … and ${(count - PRINTED).toLocaleString('en-US')} more`);
}
