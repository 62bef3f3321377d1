import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/**
 * Installs the packages that a folder's package.json lists in the temporary directory, once for each
 * version of the list.
 *
 * @returns where they are
 */
export async function installPeer(source: string, name: string): Promise<string> {
  const list = readFileSync(join(source, 'package.json'));
  const version = createHash('sha256').update(list).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), 'parley-peers', `${basename(source)}-${version}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(source, 'package.json'), join(folder, 'package.json'));
  process.stdout.write(`Installing ${name} in ${folder}, once\n`);
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} can't be installed: ${stderr.slice(-2_000)}`);
  writeFileSync(done, '');
  return folder;
}
