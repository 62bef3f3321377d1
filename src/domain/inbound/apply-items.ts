import type { InboundItem } from '../../connectors/kit/item';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';

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
export function applyItems(
  _work: Work,
  _channel: ItemChannel,
  _items: readonly InboundItem[],
): Promise<NewEvent[]> {
  return Promise.reject(new Error('Not there yet.'));
}
