import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import type { InboundItem, LookUpItem } from '../kit/item';
import { readLookUp, type LookUp, type LookUpResult } from '../kit/look-up';
import { readTalk } from '../meta/messaging/read-entry';
import { isValues, momentIn, textIn, valuesIn, type Values } from '../meta/values';
import { readComment } from './comments';
import { changesIn, idsOf, ownEntries } from './entries';
import { postOf } from './media-facts';
import { readMention, readMentionAnswer } from './mentions';
import { lookUpProfile, readProfile } from './profiles';

/** What a webhook of the app says of this channel's account, or what was looked up for it. */
export function normalise(delivery: RawDelivery, channel: ConnectedChannel): InboundItem[] {
  const found = readLookUp(delivery);
  if (found) return readAnswer(found, delivery.receivedAt);
  return ownEntries(delivery.body, channel).flatMap((entry) =>
    readEntry(entry, channel, delivery.receivedAt),
  );
}

function readEntry(entry: Values, channel: ConnectedChannel, receivedAt: Date): InboundItem[] {
  const at = momentIn(entry, 'time') ?? receivedAt;
  const talk = readTalk(
    { ...entry, time: at.getTime() },
    { account: channel.externalId, appId: null },
  );
  return [
    ...talk,
    ...profilesFor(talk),
    ...changesIn(entry).flatMap((change) => readChange(change, channel, at)),
  ];
}

function readChange(change: Values, channel: ConnectedChannel, at: Date): InboundItem[] {
  const value = valuesIn(change, 'value');
  switch (textIn(change, 'field')) {
    case 'comments':
      return readComment(value, { accounts: idsOf(channel), at, isLive: false });
    case 'live_comments':
      return readComment(value, { accounts: idsOf(channel), at, isLive: true });
    case 'mentions':
      return readMention(value, at);
    default:
      return [];
  }
}

/** Talk names people by their ids alone. */
function profilesFor(talk: readonly InboundItem[]): LookUpItem[] {
  const people = talk.flatMap((item) =>
    item.type === 'message' && item.direction === 'INBOUND' && item.customer
      ? item.customer.externalId
      : [],
  );
  return [...new Set(people)].map(lookUpProfile);
}

function readAnswer(found: LookUp & LookUpResult, at: Date): InboundItem[] {
  const { kind } = found.about;
  if (kind === 'mention') return readMentionAnswer(found);
  const answer = found.refusal ? null : found.answer;
  if (!isValues(answer)) return [];
  if (kind === 'profile') return readProfile(found, answer, at);
  const post = kind === 'media' ? postOf(answer) : null;
  return post ? [{ type: 'post', post }] : [];
}
