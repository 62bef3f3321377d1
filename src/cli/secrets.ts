import type { Command } from 'commander';
import { rotateSecrets } from '../domain/secrets/rotate-secrets';
import { createProgressReporter } from './progress';
import { withSession } from './session';

/** `parley secrets rotate`: the second step of changing PARLEY_SECRET_KEY. */
export function secretsCommand(program: Command, stop: AbortSignal): void {
  program
    .command('secrets')
    .description('stored secrets')
    .command('rotate')
    .description('encrypt every stored secret with the newest key; can be stopped and run again')
    .action(() => withSession({ stop }, ({ core }) => rotate(core, stop)));
}

async function rotate(
  { system, secrets }: Pick<Parameters<typeof rotateSecrets>[0], 'system' | 'secrets'>,
  stop: AbortSignal,
): Promise<void> {
  const reporter = createProgressReporter({ label: 'encrypting' });
  try {
    const onProgress = (done: number, total: number) =>
      reporter.update({ done, total, rows: done });
    const { rotated, unreadable } = await rotateSecrets({ system, secrets, stop, onProgress });
    reporter.finish();
    process.stdout.write(`${rotated} secrets were encrypted with the newest key.\n`);
    if (unreadable.length === 0) return;
    process.stderr.write(
      `No key at hand opens the secrets of ${unreadable.length} rows: give the key that they were encrypted with in PARLEY_SECRET_KEY_PREVIOUS, or connect them anew.\n${unreadable.map((row) => `  ${row}\n`).join('')}`,
    );
    process.exitCode = 1;
  } finally {
    reporter.finish();
  }
}
