import { exampleMessage } from '../kit/conformance/example-message';
import type { ConformanceFacts } from '../kit/conformance/subject';

const company = 'did:plc:m5glnqyf4c5spa3p2jyca7i2';

export const conformance: ConformanceFacts = {
  account: { externalId: company },
  settings: {
    identifier: 'brand.example',
    appPassword: 'abcd-efgh-ijkl-mnop',
    service: 'https://bsky.social',
    server: 'https://bsky.social',
    historyDays: 7,
    accessJwt: 'an-access-token-of-the-tests',
    refreshJwt: 'a-refresh-token-of-the-tests',
  },
  webhook: null,
  outbound: exampleMessage({
    plannedId: `at://${company}/app.bsky.feed.post/3lz2k3n4aa22a`,
    replyTo: {
      externalId: 'at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3lz2k3n4bb22b',
      direction: 'INBOUND',
      body: 'Where is my parcel?',
      sentAt: new Date('2026-11-22T11:59:00.000Z'),
      platform: { cid: 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm' },
    },
    conversation: { visibility: 'PUBLIC' },
  }),
};
