import { z } from 'zod';
import { Upload } from '../../entities';
import type { KeptBytes } from '../../files/files';
import { defineCommand, type Outcome } from '../kit/command';
import { newId } from '../kit/ids';
import { safeFileName } from './file-name';
import { plainMediaType } from './media-type';

/** For how many hours an upload can be sent. */
const UPLOAD_HOURS = 24;

export interface RecordedUpload {
  uploadId: string;
  fileName: string;
  contentType: string;
  byteSize: number;
  expiresAt: Date;
}

/** Writes down a file that was uploaded to be sent; its bytes are kept already. */
export const recordUpload = defineCommand({
  name: 'uploadRecord',
  input: z.object({
    fileName: z.string().nullable(),
    contentType: z.string().nullable(),
    kept: z.custom<KeptBytes>((value) => typeof value === 'object'),
  }),
  async run({ manager, actor, now }, input): Promise<Outcome<RecordedUpload>> {
    const uploadId = newId();
    const fileName = safeFileName(input.fileName);
    const contentType = plainMediaType(input.contentType) ?? 'application/octet-stream';
    const { storageKey, byteSize } = input.kept;
    const expiresAt = new Date(now.getTime() + UPLOAD_HOURS * 3_600_000);
    await manager.insert(Upload, {
      ...{ workspaceId: actor.workspaceId, id: uploadId, fileName, contentType, storageKey },
      byteSize: String(byteSize),
      uploadedBy: { kind: actor.kind, id: actor.id },
      createdAt: now,
      expiresAt,
    });
    return { result: { uploadId, fileName, contentType, byteSize, expiresAt } };
  },
});
