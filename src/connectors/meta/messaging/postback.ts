import type { InboundItem } from '../../kit/item';
import { textIn, valuesIn } from '../values';
import { outlineOf } from './message';
import { readReferral, referralContent } from './referral';
import type { TalkEvent } from './talk';

/** A button was pressed: the customer says what stands on it. */
export function readPostback(event: TalkEvent): InboundItem[] {
  const { values, threadKey, at } = event;
  const postback = valuesIn(values, 'postback');
  const [title, payload] = [textIn(postback, 'title'), textIn(postback, 'payload')];
  const externalId = textIn(postback, 'mid') ?? `postback:${threadKey}:${at.getTime()}`;
  const referral = valuesIn(postback, 'referral');
  const content = {
    choice: { ...(title && { title }), ...(payload && { payload }) },
    ...referralContent(referral),
  };
  return [
    { ...outlineOf(event, externalId, title ?? ''), content },
    ...readReferral(event, referral, externalId),
  ];
}
