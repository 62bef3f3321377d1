import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import type { InboundItem } from '../kit/item';
import { accountActivityItems, isAccountActivity } from './account-activity';
import { activityItems } from './activity';
import { readExactJson } from './exact-json';
import { fieldsOf, idOf } from './fields';
import { resultItems } from './results';

/**
 * What X tells, whichever way it came: events of the X Activity API or of Account Activity, what a
 * stream or a look brought. They all come to the same items, so that one post that comes as a mention,
 * as a reply and by polling is one message.
 */
export function normalise(delivery: RawDelivery, channel: ConnectedChannel): InboundItem[] {
  const root = fieldsOf(readExactJson(delivery.body));
  if (!root) return [];
  const told = { company: channel.externalId, receivedAt: delivery.receivedAt };
  const data = fieldsOf(root.data);
  if (data && typeof data.event_type === 'string' && 'payload' in data) {
    return activityItems(data, told);
  }
  if (isAccountActivity(root)) {
    const userId = idOf(root, 'for_user_id') ?? told.company;
    return userId === told.company ? accountActivityItems(root, told) : [];
  }
  return resultItems(root, told);
}
