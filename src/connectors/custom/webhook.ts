import type { InboundWebhook } from '../kit/connector';
import { isSigned, webhookId } from '../kit/standard-webhooks';

export const webhook: InboundWebhook = {
  verify: (request, { settings }) => isSigned(request, settings['signingSecret']),
  eventKey: (_body, headers) => webhookId(headers),
};
