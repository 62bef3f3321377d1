import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** The code of docs/live.md by the names that it gives there, such as `follow.mjs`. */
export async function readLiveCode(): Promise<Map<string, string>> {
  const page = await readFile(join(root, 'docs/live.md'), 'utf8');
  const blocks = page.matchAll(/^```js live\/(\S+)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, name, code]) => [name!, code!]));
}

/**
 * Writes the code of docs/live.md into a new folder where packages are found as in the project of
 * a reader. Gives its path; to be removed afterwards.
 */
export async function writeLiveCode(): Promise<{ path: string; remove(): Promise<void> }> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const path = await mkdtemp(join(cache, 'live-code-'));
  for (const [name, code] of await readLiveCode()) await writeFile(join(path, name), code);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
