import type { InboundItem } from '../../connectors/kit/item';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { applyMessages } from './messages';

/** The channel that items come from. */
export interface ItemChannel {
  /** UUID. */
  id: string;
  kind: string;
  name: string;
  identityScope: string;
  visibility: 'PUBLIC' | 'PRIVATE';
}

/**
 * Takes in what a connector says has happened, in the work's transaction. The same items again, in
 * any order and in any division into calls, come to the same state.
 * @returns the events of what changed; none where all was known.
 */
export async function applyItems(
  work: Work,
  channel: ItemChannel,
  items: readonly InboundItem[],
): Promise<NewEvent[]> {
  const messages = items.filter((item) => item.type === 'message');
  return applyMessages(work, channel, messages);
}
