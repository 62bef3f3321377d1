import type { OpenChannel } from '../../connections/open-channel';
import { Rejected } from '../../connectors/kit/errors';
import { lookUpDelivery, type LookUpResult } from '../../connectors/kit/look-up';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { storeDeliveries } from '../../domain/delivery/store-deliveries';
import { wakeProcessor } from '../../domain/delivery/wake-processor';
import type { TaskPayloads } from '../payloads';
import type { Task, TaskContext } from '../task';
import type { FetchServices } from './fetch-attachment';

type Asked = TaskPayloads['look-up'];

/** For how many hours it is tried. */
const PATIENCE_HOURS = 24;
/** Largest answer, in bytes of JSON. */
const LARGEST_ANSWER = 1024 * 1024;

/**
 * Asks a platform what a delivery named without telling it. The answer, or that there is none, is
 * stored like any other delivery: so it is asked once, and a replay asks nobody.
 */
export function lookUp(services: Pick<FetchServices, 'connections' | 'sessions'>): Task<Asked> {
  return async (asked, context) => {
    const { workspaceId, channelId } = asked;
    const { connections, sessions } = services;
    const open = await connections.read(workspaceId, channelId);
    if (!open?.connector.lookUp || open.status === 'DISCONNECTED') return;
    if (await isAnswered(context, asked)) return;
    const answer = lookUpDelivery(asked, await tryToAsk(services, open, asked, context));
    const stored = await sessions.with(workspaceId, (session) =>
      storeDeliveries(
        session,
        workspaceId,
        [{ channelId, source: 'POLL', ...answer }],
        context.clock(),
      ),
    );
    if (stored.size > 0) await wakeProcessor(context.system);
  };
}

async function isAnswered(
  { system }: TaskContext,
  { workspaceId, channelId, key }: Asked,
): Promise<boolean> {
  const rows = await queryObjects(
    system,
    sql`select 1 as one from inbound_delivery
        where workspace_id = ${workspaceId} and channel_id = ${channelId}
          and event_key = ${`look-up:${key}`} limit 1`,
  );
  return rows.length > 0;
}

/** @throws what asks for another try. */
async function tryToAsk(
  { connections }: Pick<FetchServices, 'connections'>,
  open: OpenChannel,
  { key, about, askedAt }: Asked,
  { clock, signal }: TaskContext,
): Promise<LookUpResult> {
  try {
    const context = connections.contextOf(open, signal);
    const answer = (await open.connector.lookUp!({ key, about }, context)) ?? null;
    if (Buffer.byteLength(JSON.stringify(answer)) <= LARGEST_ANSWER) return { answer };
    throw new Rejected('TOO_LARGE', 'The answer is larger than Parley takes.');
  } catch (error) {
    if (error instanceof Rejected) {
      return { refusal: { code: error.code, message: error.message } };
    }
    const hours = (clock().getTime() - Date.parse(askedAt)) / 3_600_000;
    if (hours < PATIENCE_HOURS || signal.aborted) throw error;
    const message = 'The platform did not tell in a day of trying.';
    return { refusal: { code: 'NO_ANSWER', message } };
  }
}
