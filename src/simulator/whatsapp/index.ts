import { graphAnswers } from '../meta/graph-answers';
import { asMetaWrites, metaHandshake, metaRetries, metaSignature } from '../meta/webhook-wire';
import { definePlatform } from '../platform';
import { beginAccount, type WhatsAppAccount } from './account';
import { happenings } from './happenings';
import { cloudError, refuse } from './refusals';
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
  verifyToken: ({ verifyToken }) => verifyToken,
  accounts: ({ numbers }) => numbers.map(({ id }) => id),
  authorise({ token }, { state }) {
    if (token !== state.token) refuse(401, [190], 'Invalid OAuth access token');
  },
  envelope: (told) =>
    asMetaWrites({ object: 'whatsapp_business_account', entry: told.map(({ event }) => event) }),
  sign: metaSignature,
  handshake: metaHandshake,
  retrySeconds: [...metaRetries, 115_200, 230_400],
  disableAfter: null,
  mediaSeconds: 300,
  answers: {
    ...graphAnswers,
    rateLimited: ({ path }) =>
      /\/messages$/.test(path)
        ? cloudError(
            429,
            [130429],
            'Rate limit hit',
            'Message failed to send because there were too many messages sent from this phone number in a short period of time.',
          )
        : cloudError(429, [80007], 'Rate limit issues'),
    failed: () => cloudError(500, [131000], 'Something went wrong'),
  },
  happenings,
});
