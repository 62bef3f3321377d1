import type { ConformanceFacts } from '../kit/conformance/subject';

export const conformance: ConformanceFacts = {
  account: { externalId: 'chn_00000000000000000000000000' },
  settings: { origins: ['https://www.example.com'], allowAnonymous: true },
  webhook: null,
  local: 'Customers use the API with tokens of their own; no platform delivers anything.',
  outbound: null,
};
