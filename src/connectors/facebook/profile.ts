import type { ConnectorContext, RawDelivery } from '../kit/connector';
import type { InboundItem, LookUpItem } from '../kit/item';
import { readLookUp, type LookUp } from '../kit/look-up';
import { idIn, isValues, textIn } from '../meta/values';
import { graphOf } from './account';

const FIELDS = 'name,first_name,last_name,profile_pic,locale';

/** Asks once a month who somebody is of whom Messenger gives but an id. */
export function profileLookUps(items: readonly InboundItem[]): LookUpItem[] {
  const asked = new Map<string, LookUpItem>();
  for (const item of items) {
    if (item.type !== 'message' || item.direction !== 'INBOUND') continue;
    const psid = item.threadKey;
    if (!/^\d+$/.test(psid)) continue;
    const key = `profile:${psid}:${item.sentAt.toISOString().slice(0, 7)}`;
    asked.set(key, { type: 'lookUp', key, about: { psid } });
  }
  return [...asked.values()];
}

export function lookUp({ about }: LookUp, context: ConnectorContext): Promise<unknown> {
  return graphOf(context).call({ path: String(about.psid), params: { fields: FIELDS } });
}

/** What a look-up has found; null for a delivery that is none. */
export function readProfile(delivery: RawDelivery): InboundItem[] | null {
  const found = readLookUp(delivery);
  if (!found) return null;
  const externalId = idIn(found.about, 'psid');
  if (!externalId || found.refusal || !isValues(found.answer)) return [];
  const { answer } = found;
  const names = [textIn(answer, 'first_name'), textIn(answer, 'last_name')];
  const displayName = textIn(answer, 'name') ?? names.filter((name) => name !== null).join(' ');
  const [avatarUrl, locale] = [textIn(answer, 'profile_pic'), textIn(answer, 'locale')];
  const profile = { ...(avatarUrl && { avatarUrl }), ...(locale && { locale }) };
  const party = { externalId, ...(displayName !== '' && { displayName }), profile };
  return [{ type: 'party', party, at: delivery.receivedAt }];
}
