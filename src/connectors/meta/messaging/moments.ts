import type { InboundItem } from '../../kit/item';
import { idIn, isValues, textIn, valuesIn, type Values } from '../values';
import { readReferral } from './referral';
import type { TalkEvent } from './talk';

/** Moments of a talk that are no messages. */
export function readMoments(event: TalkEvent): InboundItem[] {
  const { values, threadKey, at } = event;
  const of = `${threadKey}:${at.getTime()}`;
  const moment = (touchpoint: string, properties: Record<string, unknown>): InboundItem => ({
    type: 'touchpoint',
    ...{ party: event.customer, touchpoint, externalId: `${touchpoint}:${of}` },
    ...{ occurredAt: at, properties },
  });
  return [
    ...readReferral(event, valuesIn(values, 'referral'), of),
    ...(isValues(values.optin) ? [moment('opt_in', optInFacts(values.optin))] : []),
    ...(isValues(values.account_linking)
      ? [moment(linkingWord(values.account_linking), linkingFacts(values.account_linking))]
      : []),
    ...(isValues(values.payment) ? [moment('purchase', paymentFacts(values.payment))] : []),
    ...(isValues(values.checkout_update)
      ? [moment('checkout_updated', checkoutFacts(values.checkout_update))]
      : []),
  ];
}

function optInFacts(optin: Values): Record<string, unknown> {
  const [ref, userRef] = [idIn(optin, 'ref'), idIn(optin, 'user_ref')];
  const [type, payload] = [textIn(optin, 'type'), textIn(optin, 'payload')];
  const title = textIn(optin, 'title');
  return {
    ...(ref && { ref }),
    ...(userRef && { userRef }),
    ...(type && { type }),
    ...(payload && { payload }),
    ...(title && { title }),
  };
}

function linkingWord(linking: Values): string {
  return textIn(linking, 'status') === 'unlinked' ? 'account_unlinked' : 'account_linked';
}

/** Without the code, which is as good as a password for a while. */
function linkingFacts(linking: Values): Record<string, unknown> {
  const status = textIn(linking, 'status');
  return status ? { status } : {};
}

function paymentFacts(payment: Values): Record<string, unknown> {
  const payload = textIn(payment, 'payload');
  const { currency, amount } = valuesIn(payment, 'amount');
  return {
    ...(payload && { payload }),
    ...(amount !== undefined && { amount }),
    ...(currency !== undefined && { currency }),
  };
}

function checkoutFacts(checkout: Values): Record<string, unknown> {
  const payload = textIn(checkout, 'payload');
  const country = textIn(valuesIn(checkout, 'shipping_address'), 'country');
  return { ...(payload && { payload }), ...(country && { country }) };
}
