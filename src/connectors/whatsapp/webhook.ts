import type { InboundWebhook } from '../kit/connector';
import { readJson } from '../kit/json-body';
import { shakeHands } from '../meta/handshake';
import { isSigned } from '../meta/signature';
import { fields, list, text } from './read';

/** The numbers that a request is about: Meta has one address for all of an app’s. */
function numbersIn(body: Buffer): string[] {
  const changes = list(fields(readJson(body)).entry).flatMap((entry) => list(entry.changes));
  const numbers = changes.map(({ value }) => text(fields(fields(value).metadata).phone_number_id));
  return [...new Set(numbers.filter((number) => number !== ''))];
}

export const webhook: InboundWebhook = {
  verify: (request, { settings }) => isSigned(request, settings.appSecret),
  handshake: (request, { settings }) => shakeHands(request, settings.verifyToken),
  accounts: numbersIn,
};
