import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import type { OpenChannel } from '../../connections/open-channel';
import { refusalOf } from '../../connections/refusal';
import type { ConnectorTemplate } from '../../connectors/kit/template';
import { enqueue } from '../../jobs/queue';
import { lockChannel, requireConnected } from '../channel/lock-channel';
import { prepared } from '../channel/ask-connector';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { id } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { MOST_TEMPLATES, storeTemplates } from './store-templates';

const input = z.object({ channelId: id('Channel') });

/** How long a platform may take to tell its templates, in milliseconds. */
const LONGEST = 60_000;

interface Synced {
  channelId: string;
  templateCount: number;
}

/** What a platform told, and when it was asked. */
export interface ReadTemplates {
  readAt: Date;
  templates: readonly ConnectorTemplate[];
}

/** Reads a channel's templates anew from the platform. */
export async function syncTemplates(
  context: RequestContext,
  args: { channelId: string },
  idempotencyKey: string | null,
): Promise<PayloadSource<Synced>> {
  const { connections, actor } = context;
  const { channelId } = input.parse(args);
  const isMoot = !seesChannel(actor, channelId) || (await context.isSettled(idempotencyKey));
  const open = isMoot ? null : await connections.read(actor.workspaceId, channelId);
  const isThere = open && open.status !== 'DISCONNECTED';
  const read = isThere
    ? await prepared(() => readForCaller(connections, open, context.now()))
    : null;
  return context.run(storeRead(read), args, idempotencyKey);
}

async function readForCaller(connections: Connections, open: OpenChannel, readAt: Date) {
  try {
    return await readTemplates(connections, open, AbortSignal.timeout(LONGEST), readAt);
  } catch (error) {
    const refusal = refusalOf(error, open);
    if (!refusal) throw error;
    throw new DomainError(ErrorCode.UNAVAILABLE, refusal.message, ['channelId']);
  }
}

/** Asks the platform for all templates of a channel; null where it has none at all. */
export async function readTemplates(
  connections: Connections,
  open: OpenChannel,
  signal: AbortSignal,
  readAt: Date,
): Promise<ReadTemplates | null> {
  const { connector } = open;
  if (!connector.templates) return null;
  const templates = await connector.templates(connections.contextOf(open, signal));
  return { readAt, templates: templates.slice(0, MOST_TEMPLATES) };
}

export const storeRead = (read: ReadTemplates | DomainError | null) =>
  defineCommand({
    name: 'messageTemplatesSync',
    input,
    async run(work, { channelId }): Promise<Outcome<Synced>> {
      const channel = await lockChannel(work, channelId, ['channelId']);
      if (read instanceof DomainError) throw read;
      requireConnected(channel, ['channelId']);
      if (!read) {
        const message = 'There are no templates on channels of this kind.';
        throw new DomainError(ErrorCode.INVALID_STATE, message, ['channelId']);
      }
      const { templates, readAt } = read;
      const events = await storeTemplates(work, channelId, readAt, templates);
      return { result: { channelId, templateCount: templates.length }, events };
    },
  });

/** Has a channel's templates read soon; however often that is asked for, once. */
export function syncLater(
  { session, actor: { workspaceId } }: Pick<Work, 'session' | 'actor'>,
  channelId: string,
): Promise<void> {
  return enqueue(session, {
    task: 'sync-templates',
    payload: { workspaceId, channelId },
    key: `templates:${workspaceId}:${channelId}`,
    maxAttempts: 8,
  });
}
