import type { InboundItem, MessageContent } from '../../kit/item';
import { idIn, textIn, valuesIn, type Values } from '../values';
import type { TalkEvent } from './talk';

/** What brought the customer here, as a part of a message. */
export function referralContent(referral: Values, prior: Values = {}): MessageContent {
  const told = { ...factsOf(referral), ...priorFacts(prior) };
  return Object.keys(told).length > 0 ? { referral: told } : {};
}

/** The same as a moment: an ad, a link, a code. */
export function readReferral(event: TalkEvent, referral: Values, of: string): InboundItem[] {
  const properties = factsOf(referral);
  if (Object.keys(properties).length === 0) return [];
  const { customer: party, at: occurredAt } = event;
  const externalId = `referral:${of}`;
  return [
    { type: 'touchpoint', party, touchpoint: 'referral', externalId, occurredAt, properties },
  ];
}

function factsOf(referral: Values): Record<string, unknown> {
  const ad = valuesIn(referral, 'ads_context_data');
  const [adId, adTitle] = [idIn(referral, 'ad_id'), textIn(ad, 'ad_title')];
  const [photoUrl, videoUrl] = [textIn(ad, 'photo_url'), textIn(ad, 'video_url')];
  const postId = idIn(ad, 'post_id');
  const product = idIn(valuesIn(referral, 'product'), 'id') ?? idIn(ad, 'product_id');
  const flow = idIn(ad, 'flow_id');
  const from = textIn(referral, 'referer_uri');
  return {
    ...(referral.ref != null && referral.ref !== '' && { ref: referral.ref }),
    ...(textIn(referral, 'source') && { source: referral.source }),
    ...(textIn(referral, 'type') && { type: referral.type }),
    ...(adId && { adId }),
    ...(adTitle && { adTitle }),
    ...(photoUrl && { photoUrl }),
    ...(videoUrl && { videoUrl }),
    ...(postId && { postId }),
    ...(product && { productId: product }),
    ...(flow && { flowId: flow }),
    ...(from && { url: from }),
    ...(typeof referral.is_guest_user === 'boolean' && { isGuest: referral.is_guest_user }),
  };
}

/** The plug-in in which somebody agreed before the first message. */
function priorFacts(prior: Values): Record<string, unknown> {
  const [source, identifier] = [textIn(prior, 'source'), idIn(prior, 'identifier')];
  return { ...(source && { source }), ...(identifier && { ref: identifier }) };
}
