import { createHash } from 'node:crypto';
import type { InboundItem } from '../../kit/item';
import { textIn, valuesIn, type Values } from '../values';
import { outlineOf } from './message';
import { readReferral, referralContent } from './referral';
import type { TalkEvent } from './talk';

/** Older events have no id: two at the same time differ by what they hold. */
function digestOf(postback: Values): string {
  return createHash('sha256').update(JSON.stringify(postback)).digest('hex').slice(0, 16);
}

/** A button was pressed: the customer says what stands on it. */
export function readPostback(event: TalkEvent): InboundItem[] {
  const { values, threadKey, at } = event;
  const postback = valuesIn(values, 'postback');
  const [title, payload] = [textIn(postback, 'title'), textIn(postback, 'payload')];
  const externalId =
    textIn(postback, 'mid') ?? `postback:${threadKey}:${at.getTime()}:${digestOf(postback)}`;
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
