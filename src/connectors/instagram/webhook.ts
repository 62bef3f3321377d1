import type { InboundWebhook } from '../kit/connector';
import { shakeHands } from '../meta/handshake';
import { isSigned } from '../meta/signature';
import { accountsIn } from './entries';

export const webhook: InboundWebhook = {
  verify: (request, { settings }) => isSigned(request, settings['appSecret']),
  handshake: (request, { settings }) => shakeHands(request, settings['verifyToken']),
  accounts: accountsIn,
};
