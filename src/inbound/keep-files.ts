import type { OpenChannel } from '../connections/open-channel';
import type { InboundAttachment, InboundItem } from '../connectors/kit/item';
import { keepBytes, type Keeping } from '../domain/file/keep-bytes';
import type { Reading } from './normalise-batch';

/**
 * Puts the files that came within deliveries into storage, before the transaction that takes in their
 * messages. Where that fails, the delivery is tried again like any other.
 */
export async function keepFiles(
  keeping: Keeping,
  open: OpenChannel,
  readings: readonly Reading[],
): Promise<Reading[]> {
  const kept: Reading[] = [];
  for (const reading of readings) {
    kept.push('items' in reading ? await keepFilesOf(keeping, open, reading) : reading);
  }
  return kept;
}

async function keepFilesOf(
  keeping: Keeping,
  open: OpenChannel,
  reading: Extract<Reading, { items: InboundItem[] }>,
): Promise<Reading> {
  if (!reading.items.some(holdsBytes)) return reading;
  try {
    const items: InboundItem[] = [];
    for (const item of reading.items) {
      if (!holdsBytes(item)) {
        items.push(item);
      } else {
        const attachments: InboundAttachment[] = [];
        for (const file of item.attachments) attachments.push(await keepFile(keeping, open, file));
        items.push({ ...item, attachments });
      }
    }
    return { ...reading, items };
  } catch (error) {
    return { delivery: reading.delivery, error };
  }
}

function holdsBytes(item: InboundItem): item is InboundItem & {
  type: 'message';
  attachments: readonly InboundAttachment[];
} {
  return item.type === 'message' && item.attachments?.some(({ bytes }) => bytes) === true;
}

async function keepFile(
  keeping: Keeping,
  open: OpenChannel,
  { bytes, ...file }: InboundAttachment,
): Promise<InboundAttachment> {
  if (!bytes) return file;
  const { largestBytes } = keeping.files;
  const byteSize = bytes.length;
  if (byteSize > largestBytes) {
    const failure = `It is larger than the ${largestBytes / 1_048_576} MiB that are taken (PARLEY_LARGEST_FILE_MB).`;
    return { ...file, byteSize, failure };
  }
  return { ...file, byteSize, kept: await keepBytes(keeping, open.workspaceId, bytes) };
}
