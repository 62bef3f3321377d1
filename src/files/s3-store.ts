import { Readable } from 'node:stream';
import type { S3mini } from 's3mini' with { 'resolution-mode': 'import' };
import type { S3Config } from '../config/files';
import type { BlobStore, ByteRange } from './blob-store';

/** Blobs as objects of a bucket in any service that speaks S3. */
export class S3Store implements BlobStore {
  private client: Promise<S3mini> | undefined;

  constructor(private readonly config: S3Config) {}

  async put(key: string, bytes: Buffer): Promise<void> {
    await (await this.open()).putObject(key, bytes, 'application/octet-stream');
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    const client = await this.open();
    const answer = range
      ? // its end is not included
        await client.getObjectRaw(key, false, range.from, range.to + 1)
      : await client.getObjectResponse(key);
    if (!answer?.body || answer.status === 404) return null;
    return Readable.fromWeb(answer.body);
  }

  async remove(key: string): Promise<void> {
    await (await this.open()).deleteObject(key);
  }

  private open(): Promise<S3mini> {
    const { endpoint, region, accessKeyId, secretAccessKey } = this.config;
    this.client ??= import('s3mini').then(
      ({ S3mini: Client }) => new Client({ endpoint, region, accessKeyId, secretAccessKey }),
    );
    return this.client;
  }
}
