import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the demonstration has to know at the next start. */
export interface Memory {
  /** Of the demonstration workspace's owner. */
  token: string;
  /** By which the accounts and people of the platforms are the same again. */
  seed: number;
  /** Ids of the channels by platform. */
  channels: Record<string, string>;
}

export async function recall(path: string): Promise<Memory | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as Memory);
}

/** Readable by its owner only, for it holds a token. */
export async function remember(path: string, memory: Memory): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
}
