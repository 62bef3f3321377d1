import { createHash } from 'node:crypto';
import type { FetchMessageObject, ImapFlow } from 'imapflow';
import type { SourceContext } from '../kit/connector';
import { LARGEST_MAIL } from './imap';
import { sourceHeaders } from './normalise';
import type { FolderProgress, Progress } from './progress';

type NewDelivery = Parameters<SourceContext['deliver']>[0][number];

/** Messages whose sizes are asked for at once. */
const PLANNED = 200;
/** Bytes that are fetched at once, more only for a single message. */
const FETCHED = 8 * 1024 * 1024;
/** Bytes of a message that is too large, with its header. */
const BEGINNING = 256 * 1024;
const DAY = 86_400_000;

export interface FolderReading {
  path: string;
  /** Whether it holds what the mailbox has sent. */
  isSent: boolean;
  historyDays: number;
}

/**
 * Brings what is new in the folder that is open. Its UIDs count up, but not in the order in which
 * messages were sent; when they have become invalid, what came in since the day before the last one is
 * read again, and known again by its bytes and its Message-ID.
 */
export async function readFolder(
  client: ImapFlow,
  context: SourceContext,
  progress: Progress,
  { path, isSent, historyDays }: FolderReading,
): Promise<void> {
  const { mailbox } = client;
  if (!mailbox) return;
  const uidValidity = String(mailbox.uidValidity);
  const before = progress[path];
  const isKnown = before?.uidValidity === uidValidity;
  const newest = Math.max(mailbox.uidNext - 1, 0);
  const start: FolderProgress = isKnown
    ? before
    : {
        uidValidity,
        uid: 0,
        at: before?.at ?? new Date(context.clock().getTime() - historyDays * DAY).toISOString(),
      };
  const keep = async (deliveries: NewDelivery[], reached: FolderProgress) => {
    progress[path] = reached;
    await context.deliver(deliveries, { folders: progress });
  };
  let reached = start;
  for await (const mails of fetchNew(client, isKnown ? start.uid : null, new Date(start.at))) {
    const arrivals = mails.map(({ internalDate }) => momentOf(internalDate, context));
    const last = new Date(Math.max(...arrivals.map((at) => at.getTime()), Date.parse(reached.at)));
    const uid = Math.max(reached.uid, ...mails.map((mail) => mail.uid));
    reached = { uidValidity, uid, at: last.toISOString() };
    await keep(
      mails.flatMap((mail, index) => deliveryOf(mail, arrivals[index]!, isSent)),
      reached,
    );
  }
  if (!isKnown || reached.uid < newest) {
    await keep([], { ...reached, uid: Math.max(reached.uid, newest) });
  }
}

function momentOf(internalDate: Date | string | undefined, { clock }: SourceContext): Date {
  const at = new Date(internalDate ?? NaN);
  return Number.isNaN(at.getTime()) ? clock() : at;
}

/** New messages in groups that are bounded in size; before them all of a folder that is read anew. */
async function* fetchNew(
  client: ImapFlow,
  after: number | null,
  since: Date,
): AsyncGenerator<FetchMessageObject[]> {
  const query =
    after === null ? { since: new Date(since.getTime() - DAY) } : { uid: `${after + 1}:*` };
  const found = (await client.search(query, { uid: true })) || [];
  // n:* means the last one even where that is before n
  const uids = found.filter((uid) => uid > (after ?? 0)).sort((a, b) => a - b);
  for (let at = 0; at < uids.length; at += PLANNED) {
    const range = uids.slice(at, at + PLANNED).join(',');
    const plans = await client.fetchAll(range, { uid: true, size: true }, { uid: true });
    plans.sort((a, b) => a.uid - b.uid);
    for (const { range, largest } of groupsOf(plans)) {
      const source = largest > LARGEST_MAIL ? { start: 0, maxLength: BEGINNING } : true;
      const wanted = { uid: true, size: true, internalDate: true, source };
      const mails = await client.fetchAll(range, wanted, { uid: true });
      yield mails.sort((a, b) => a.uid - b.uid);
    }
  }
}

function groupsOf(plans: readonly FetchMessageObject[]): { range: string; largest: number }[] {
  const groups: { uids: number[]; bytes: number }[] = [];
  for (const { uid, size = 0 } of plans) {
    const last = groups.at(-1);
    if (last && last.bytes + size <= FETCHED) {
      last.uids.push(uid);
      last.bytes += size;
    } else {
      groups.push({ uids: [uid], bytes: size });
    }
  }
  return groups.map(({ uids, bytes }) => ({
    range: uids.join(','),
    largest: uids.length > 1 ? 0 : bytes,
  }));
}

/** Named by its bytes, which are the same under another UID. */
function deliveryOf(
  { source, size = 0 }: FetchMessageObject,
  arrived: Date,
  isSent: boolean,
): NewDelivery[] {
  if (!source || source.length === 0) return [];
  return [
    {
      eventKey: `mail:${createHash('sha256').update(source).digest('hex')}`,
      body: source,
      headers: {
        [sourceHeaders.arrived]: arrived.toISOString(),
        ...(isSent ? { [sourceHeaders.folder]: 'sent' } : {}),
        ...(size > LARGEST_MAIL ? { [sourceHeaders.cutFrom]: String(size) } : {}),
      },
    },
  ];
}
