import type { InboundItem } from '../../kit/item';
import { isValues, listIn, momentIn, textIn, type Values } from '../values';
import { readHandover } from './handover';
import { readEdit, readMessage } from './message';
import { readMoments } from './moments';
import { readPostback } from './postback';
import { readDelivery, readReaction, readRead } from './receipts';
import { talkEventOf, type TalkEvent, type TalkPlace } from './talk';

/** Whose talk is read. */
export type Account = Pick<TalkPlace, 'account' | 'appId'>;

const readers: readonly [part: string, read: (event: TalkEvent) => InboundItem[]][] = [
  ['message', readMessage],
  ['message_edit', readEdit],
  ['postback', readPostback],
  ['reaction', readReaction],
  ['delivery', readDelivery],
  ['read', readRead],
];

/**
 * What the talk in an entry comes to, as the Messenger Platform tells it for Pages and for Instagram
 * accounts: `messaging`, and `standby` while another app has the talk.
 */
export function readTalk(entry: Values, { account, appId }: Account): InboundItem[] {
  const entryTime = momentIn(entry, 'time') ?? new Date(0);
  return (['messaging', 'standby'] as const).flatMap((list) =>
    listIn(entry, list).flatMap((values) => {
      const isStandby = list === 'standby';
      return readTalkEvent(values, { account, appId, entryTime, isStandby });
    }),
  );
}

function readTalkEvent(values: Values, place: TalkPlace): InboundItem[] {
  const policy = policyNews(values, place.entryTime);
  if (policy) return [policy];
  const event = talkEventOf(values, place);
  if (!event) return [];
  const read = readers.flatMap(([part, reader]) => (isValues(values[part]) ? reader(event) : []));
  return [...read, ...readMoments(event), ...readHandover(event)];
}

/** What Meta has done to the account because of its rules. */
function policyNews(values: Values, entryTime: Date): InboundItem | null {
  const told = values['policy_enforcement'] ?? values['policy-enforcement'];
  if (!isValues(told)) return null;
  const isBlocked = textIn(told, 'action') === 'block';
  const reason = textIn(told, 'reason');
  return {
    type: 'health',
    health: isBlocked ? 'DEGRADED' : 'OK',
    reason: isBlocked ? (reason ?? 'Meta has blocked the account because of its rules.') : null,
    at: momentIn(values, 'timestamp') ?? entryTime,
  };
}
