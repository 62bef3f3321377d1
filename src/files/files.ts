import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { blobKey, type BlobStore, type ByteRange } from './blob-store';
import { FileLinks } from './file-links';
import type { FilesConfig } from '../config/files';
import { openStore } from './open-store';
import type { SecretBox } from '../secrets/secret-box';

/** Bytes that are kept, as rows state them. */
export interface KeptBytes {
  storageKey: string;
  byteSize: number;
  sha256: Buffer;
}

export interface FilesOptions {
  config: FilesConfig;
  secrets: SecretBox;
  clock: () => Date;
}

/** The bytes of files, and links to them. */
export class Files {
  readonly links: FileLinks;
  /** The largest file that is taken, in bytes. */
  readonly largestBytes: number;
  private readonly store: BlobStore;

  constructor({ config, secrets, clock }: FilesOptions) {
    this.store = openStore(config);
    this.largestBytes = config.largestBytes;
    this.links = new FileLinks(secrets, clock);
  }

  /** Puts bytes into storage; `domain/file/keep-bytes.ts` writes down that they are there. */
  put(storageKey: string, bytes: Buffer): Promise<void> {
    return this.store.put(storageKey, bytes);
  }

  /** Reads kept bytes, or a part of them; null where they are gone. */
  read(storageKey: string, range?: ByteRange): Promise<Readable | null> {
    return this.store.read(storageKey, range);
  }

  /** Reads all of them at once. */
  async readAll(storageKey: string): Promise<Buffer> {
    const stream = await this.store.read(storageKey);
    if (!stream) throw new Error(`The file ${storageKey} is not in storage.`);
    return Buffer.concat((await stream.toArray()) as Buffer[]);
  }

  remove(storageKey: string): Promise<void> {
    return this.store.remove(storageKey);
  }
}

/** Under which key bytes are kept. */
export function digestOf(workspaceId: string, bytes: Buffer): KeptBytes {
  const sha256 = createHash('sha256').update(bytes).digest();
  return { storageKey: blobKey(workspaceId, sha256), byteSize: bytes.length, sha256 };
}
