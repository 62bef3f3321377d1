import { graphAnswers } from '../meta/graph-answers';
import { metaHandshake, metaRetries, metaSignature } from '../meta/webhook-wire';
import { definePlatform, type Beginning } from '../platform';
import { accountOf, type Account, type Instagram } from './account';
import { deleteComment, hideComment, listReplies, takeMentionAnswer, takeReply } from './comments';
import { envelope } from './events';
import { happenings } from './happenings';
import { readMe, readObject } from './reads';
import { refreshToken, subscribe, unsubscribe } from './sign-in';
import { listTalks, takeMessage, takeUpload } from './talk';

/** Instagram, as an app with some professional accounts sees it. */
export const instagram = definePlatform<Instagram>({
  id: 'instagram',
  label: 'Instagram',
  begin,
  routes: [
    { method: 'GET', path: '/refresh_access_token', handle: refreshToken },
    { method: 'GET', path: '/:version/me', handle: readMe },
    { method: 'POST', path: '/:version/:id/subscribed_apps', handle: subscribe },
    { method: 'DELETE', path: '/:version/:id/subscribed_apps', handle: unsubscribe },
    { method: 'POST', path: '/:version/:id/messages', creates: true, handle: takeMessage },
    { method: 'POST', path: '/:version/:id/message_attachments', handle: takeUpload },
    { method: 'GET', path: '/:version/:id/conversations', handle: listTalks },
    { method: 'POST', path: '/:version/:id/replies', creates: true, handle: takeReply },
    { method: 'GET', path: '/:version/:id/replies', handle: listReplies },
    { method: 'POST', path: '/:version/:id/mentions', creates: true, handle: takeMentionAnswer },
    { method: 'POST', path: '/:version/:id', handle: hideComment },
    { method: 'DELETE', path: '/:version/:id', handle: deleteComment },
    { method: 'GET', path: '/:version/:id', handle: readObject },
  ],
  settings: ({ state, url }) => ({
    ...{ signIn: 'FACEBOOK_LOGIN', accessToken: state.accounts[0]!.pageToken, apiUrl: url },
    ...{ appSecret: state.appSecret, verifyToken: state.verifyToken },
  }),
  secret: ({ appSecret }) => appSecret,
  verifyToken: ({ verifyToken }) => verifyToken,
  accounts: ({ accounts }) => accounts.map(({ id }) => id),
  authorise: (call, world) => void accountOf(call, world),
  ...{ envelope, sign: metaSignature, handshake: metaHandshake, retrySeconds: metaRetries },
  ...{ disableAfter: 1_000, mediaSeconds: 86_400, answers: graphAnswers, happenings },
});

function begin({ random, accounts, secret, cast }: Beginning): Instagram {
  const ids = accounts ?? [`178414${random.digits(11)}`];
  return {
    appSecret: secret ?? random.letters(32),
    verifyToken: random.letters(20),
    accounts: ids.map((id, index): Account => ({
      ...{ id, username: index === 0 ? 'fairweather' : `fairweather${index + 1}` },
      ...{ scopedId: random.digits(16), pageId: random.digits(15), isInstagramLogin: false },
      ...{ pageToken: `EAAG${random.letters(40)}`, ownToken: `IGAA${random.letters(40)}` },
    })),
    members: new Map(
      cast.people.map((person) => {
        const id = random.digits(16);
        return [id, { id, person }];
      }),
    ),
    ...{ media: new Map(), comments: new Map(), messages: [], uploads: new Set() },
  };
}
