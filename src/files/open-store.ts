import type { FilesConfig } from '../config/files';
import type { BlobStore } from './blob-store';
import { LocalStore } from './local-store';
import { S3Store } from './s3-store';

/** The store that the configuration names. */
export function openStore({ dir, s3 }: FilesConfig): BlobStore {
  return s3 ? new S3Store(s3) : new LocalStore(dir);
}
