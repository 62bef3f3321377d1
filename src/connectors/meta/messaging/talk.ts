import type { Party } from '../../kit/item';
import { idIn, momentIn, valuesIn, type Values } from '../values';

/** One event of a talk, and between whom it happened. */
export interface TalkEvent {
  values: Values;
  /** The account's id: of the Page, or of the professional account. */
  account: string;
  /** Whom the talk is with. */
  customer: Party;
  /** The key of the talk. */
  threadKey: string;
  /** Whether the account did it. */
  isOurs: boolean;
  at: Date;
  /** Another app has the talk: it is read along. */
  isStandby: boolean;
  /** The id of the app that speaks for Parley; null where it is not known. */
  appId: string | null;
}

/** Where an event was found. */
export interface TalkPlace extends Pick<TalkEvent, 'account' | 'isStandby' | 'appId'> {
  /** Of the entry, for events that tell no time of their own. */
  entryTime: Date;
}

/** Who and when; null where the event names nobody. */
export function talkEventOf(values: Values, place: TalkPlace): TalkEvent | null {
  const { account, isStandby, appId, entryTime } = place;
  const [sender, recipient] = [personIn(values, 'sender'), personIn(values, 'recipient')];
  const isEcho = valuesIn(values, 'message').is_echo === true;
  const others = (isEcho ? [recipient, sender] : [sender, recipient]).filter(
    (id): id is string => id !== null && id !== account,
  );
  const [customer] = others;
  if (customer === undefined) return null;
  const isOurs = isEcho || sender === account;
  const at = momentIn(values, 'timestamp') ?? entryTime;
  const party = { externalId: customer };
  const threadKey = customer;
  return { values, account, customer: party, threadKey, isOurs, at, isStandby, appId };
}

/** By the id in the account's scope, or by the reference of somebody who has none yet. */
function personIn(values: Values, name: string): string | null {
  const person = valuesIn(values, name);
  const reference = idIn(person, 'user_ref');
  return idIn(person, 'id') ?? (reference && `user_ref:${reference}`);
}
