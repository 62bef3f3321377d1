import type { InboundWebhook } from '../kit/connector';
import { readExactJson } from '../meta/exact-json';
import { shakeHands } from '../meta/handshake';
import { isSigned } from '../meta/signature';
import { idIn, isValues, listIn, type Values } from '../meta/values';

/** The entries of a delivery about Pages; none where it is about something else. */
export function entriesIn(body: Buffer): Values[] {
  const delivery = readExactJson(body);
  return isValues(delivery) && delivery.object === 'page' ? listIn(delivery, 'entry') : [];
}

export const webhook: InboundWebhook = {
  verify: (request, { settings }) => isSigned(request, settings.appSecret),
  handshake: (request, { settings }) => shakeHands(request, settings.verifyToken),
  accounts: (body) => [...new Set(entriesIn(body).flatMap((entry) => idIn(entry, 'id') ?? []))],
};
