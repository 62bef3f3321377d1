import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobStore, ByteRange } from './blob-store';

/** Blobs as files below a folder of this machine, or of one that all processes mount. */
export class LocalStore implements BlobStore {
  constructor(private readonly dir: string) {}

  async put(key: string, bytes: Buffer): Promise<void> {
    const path = this.pathOf(key);
    if ((await sizeOf(path)) === bytes.length) return;
    await mkdir(dirname(path), { recursive: true });
    // whole or not at all, also when the machine stops in between
    const draft = `${path}.${randomUUID()}`;
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    const path = this.pathOf(key);
    if ((await sizeOf(path)) === null) return null;
    return createReadStream(path, range && { start: range.from, end: range.to });
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  private pathOf(key: string): string {
    const match = /^([\da-f-]{36})\/([\da-f]{64})$/.exec(key);
    if (!match) throw new Error('A blob key is a workspace and a digest.');
    const [, workspaceId, digest] = match as unknown as [string, string, string];
    return join(this.dir, workspaceId, digest.slice(0, 2), digest);
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
