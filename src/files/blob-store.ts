import type { Readable } from 'node:stream';

/** Part of a blob, both ends included. */
export interface ByteRange {
  from: number;
  to: number;
}

/** Keeps the bytes of files. What a key holds never changes, because the key is a digest of it. */
export interface BlobStore {
  /** Keeps the bytes under the key; the same again changes nothing. */
  put(key: string, bytes: Buffer): Promise<void>;
  /** Reads a blob, or a part of it; null where there is none. */
  read(key: string, range?: ByteRange): Promise<Readable | null>;
  /** Removes a blob; one that is not there is no mistake. */
  remove(key: string): Promise<void>;
}

/** The key of bytes in a workspace: what is the same is kept once. */
export function blobKey(workspaceId: string, sha256: Buffer): string {
  return `${workspaceId}/${sha256.toString('hex')}`;
}
