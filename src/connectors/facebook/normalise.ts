import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import type { InboundItem } from '../kit/item';
import { readTalk } from '../meta/messaging/read-entry';
import { idIn, isValues, listIn, momentIn, textIn, type Values } from '../meta/values';
import { settingsOf } from './account';
import { profileLookUps, readProfile } from './profile';
import type { Change } from './change';
import { readFeed } from './feed';
import { readMention } from './mention';
import { readRating } from './ratings';
import { entriesIn } from './webhook';

const readers: Readonly<Record<string, (change: Change) => InboundItem[]>> = {
  feed: readFeed,
  mention: readMention,
  ratings: readRating,
};

/** What a delivery says of this Page: entries of other Pages are other channels'. */
export function normalise(delivery: RawDelivery, channel: ConnectedChannel): InboundItem[] {
  const profile = readProfile(delivery);
  if (profile) return profile;
  const { appId } = settingsOf(channel);
  const page = channel.externalId;
  return entriesIn(delivery.body)
    .filter((entry) => idIn(entry, 'id') === page)
    .flatMap((entry) => {
      const talk = readTalk(entry, { account: page, appId });
      return [...talk, ...profileLookUps(talk), ...readChanges(entry, page, delivery.receivedAt)];
    });
}

function readChanges(entry: Values, page: string, receivedAt: Date): InboundItem[] {
  const entryTime = momentIn(entry, 'time') ?? receivedAt;
  return listIn(entry, 'changes').flatMap((told) => {
    const { value } = told;
    const read = readers[textIn(told, 'field') ?? ''];
    return read && isValues(value) ? read({ value, page, entryTime }) : [];
  });
}
