import type { Pool } from 'pg';
import { connectorActor } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import type { OpenChannel } from '../../connections/open-channel';
import { ReconnectNeeded, Rejected } from '../../connectors/kit/errors';
import { fetchUrl, type FetchedMedia } from '../../connectors/kit/media';
import { queryObjects, type Sessions } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { UnitOfWork } from '../../db/unit-of-work';
import { keepBytes } from '../../domain/file/keep-bytes';
import { storeAttachment, type Fetched } from '../../domain/file/store-attachment';
import { runCommand } from '../../domain/kit/command';
import type { Files } from '../../files/files';
import type { Task, TaskContext } from '../task';

/** What fetching takes beside what every task has. */
export interface FetchServices {
  connections: Connections;
  files: Files;
  sessions: Sessions;
  units: UnitOfWork;
}

/** For how many hours it is tried. */
const PATIENCE_HOURS = 24;

interface PendingFile {
  id: string;
  channelId: string;
  externalId: string | null;
  url: string | null;
  createdAt: Date;
}

/** Fetches the bytes of an attachment from its platform, and keeps them. */
export function fetchAttachment(
  services: FetchServices,
): Task<{ workspaceId: string; attachmentId: string }> {
  return async ({ workspaceId, attachmentId }, context) => {
    const file = await findPending(context.system, workspaceId, attachmentId);
    if (!file) return;
    const open = await services.connections.read(workspaceId, file.channelId);
    const fetched = await tryToFetch(services, open, file, context);
    const { units } = services;
    const actor = connectorActor(workspaceId, file.channelId, open?.channel.name ?? 'connector');
    const input = { attachmentId, fetched };
    const answer = await runCommand(units, actor, context.clock(), storeAttachment, input);
    if (!answer.ok) throw new Error(answer.problems[0]!.message);
  };
}

async function findPending(
  system: Pool,
  workspaceId: string,
  attachmentId: string,
): Promise<PendingFile | undefined> {
  const [row] = await queryObjects<PendingFile & Record<string, unknown>>(
    system,
    sql`select a.id, m.channel_id "channelId", a.external_id "externalId", a.source_url "url",
               a.created_at "createdAt"
        from attachment a join message m on m.workspace_id = a.workspace_id and m.id = a.message_id
        where a.workspace_id = ${workspaceId} and a.id = ${attachmentId} and a.status = 'PENDING'`,
  );
  return row;
}

/** @throws what asks for another try. */
async function tryToFetch(
  services: FetchServices,
  open: OpenChannel | null,
  file: PendingFile,
  context: TaskContext,
): Promise<Fetched> {
  if (!open || open.status === 'DISCONNECTED') {
    return { failure: 'The channel is not connected any longer.' };
  }
  try {
    const { bytes, contentType } = await fetchFrom(services, open, file, context.signal);
    const { clock } = context;
    return { kept: await keepBytes({ ...services, clock }, open.workspaceId, bytes), contentType };
  } catch (error) {
    const hours = (context.clock().getTime() - file.createdAt.getTime()) / 3_600_000;
    const isOver = hours >= PATIENCE_HOURS && !context.signal.aborted;
    if (error instanceof Rejected || isOver) return { failure: wordsOf(error) };
    throw error;
  }
}

async function fetchFrom(
  { connections, files }: FetchServices,
  open: OpenChannel,
  { externalId, url }: PendingFile,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const { largestBytes } = files;
  const { connector } = open;
  const fetched = connector.fetchMedia
    ? await connector.fetchMedia(
        { externalId, url },
        connections.contextOf(open, signal),
        largestBytes,
      )
    : await fetchUrl(connections.httpToAny(signal), url, largestBytes);
  if (fetched.bytes.length > largestBytes) throw new Rejected('TOO_LARGE', tooLarge(largestBytes));
  return fetched;
}

function wordsOf(error: unknown): string {
  if (error instanceof Rejected || error instanceof ReconnectNeeded) return error.message;
  return 'The platform did not give it in a day of trying.';
}

function tooLarge(largestBytes: number): string {
  return `It is larger than the ${largestBytes / 1_048_576} MiB that are taken (PARLEY_LARGEST_FILE_MB).`;
}
