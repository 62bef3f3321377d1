import { metaAnswers, metaError, refuse } from '../meta/errors';
import { metaJson, metaRetrySeconds, shakeMetaHands, signMeta } from '../meta/webhooks';
import { definePlatform } from '../platform';
import { beginAccount, type WhatsAppAccount } from './account';
import { happenings } from './happenings';
import { routes } from './routes';

/** The WhatsApp Cloud API, version 23.0. */
export const whatsapp = definePlatform<WhatsAppAccount>({
  id: 'whatsapp',
  label: 'WhatsApp',
  begin: beginAccount,
  routes,
  settings: ({ state, url }) => ({
    phoneNumberId: state.numbers[0]!.id,
    businessAccountId: state.businessAccountId,
    accessToken: state.token,
    appSecret: state.appSecret,
    verifyToken: state.verifyToken,
    apiUrl: url,
  }),
  secret: ({ appSecret }) => appSecret,
  accounts: ({ numbers }) => numbers.map(({ id }) => id),
  authorise({ token }, { state }) {
    if (token !== state.token) refuse(401, [190], 'Invalid OAuth access token');
  },
  envelope: (told) =>
    metaJson({ object: 'whatsapp_business_account', entry: told.map(({ event }) => event) }),
  sign: signMeta,
  handshake: shakeMetaHands,
  retrySeconds: [...metaRetrySeconds, 115_200, 230_400],
  disableAfter: null,
  mediaSeconds: 300,
  answers: {
    ...metaAnswers,
    rateLimited: ({ path }) =>
      /\/messages$/.test(path)
        ? metaError(429, [130429], 'Rate limit hit', {
            details:
              'Message failed to send because there were too many messages sent from this phone number in a short period of time.',
          })
        : metaError(429, [80007], 'Rate limit issues'),
    failed: () => metaError(500, [131000], 'Something went wrong'),
  },
  happenings,
});
