import { queueAgain, type ReplayPlace } from '../../domain/delivery/queue-again';
import { wakeProcessor } from '../../domain/delivery/wake-processor';
import type { TaskPayloads } from '../payloads';
import type { TaskContext } from '../task';

/** Deliveries that one statement queues: few enough to hold no lock for long. */
const STEP = 2_000;

/** Queues what a channel took once more, step by step. To begin anew does no harm. */
export async function replayDeliveries(
  { workspaceId, channelId, from, to }: TaskPayloads['replay-deliveries'],
  { system, clock, signal }: TaskContext,
): Promise<void> {
  const range = { workspaceId, channelId, from: new Date(from), to: new Date(to) };
  let place: ReplayPlace | null = null;
  do {
    signal.throwIfAborted();
    place = await queueAgain(system, range, place, STEP, clock());
    await wakeProcessor(system);
  } while (place !== null);
}
