import type { ConformanceFacts } from '../kit/conformance/subject';

export const conformance: ConformanceFacts = {
  account: { externalId: 'form' },
  settings: { title: 'Contact us', origins: ['https://shop.example'] },
  webhook: {
    unsigned:
      'Anybody may fill in a form: what is checked is the page that it comes from, how often, a trap for machines, and the answers.',
  },
  // nothing is sent by HTTP
  outbound: null,
};
