import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Hook } from '../hooks';
import { definePlatform } from '../platform';
import type { Random } from '../random';
import { listComments, takeComment, takeDeletion, takeHiding, takeLike } from './comments';
import { answers } from './errors';
import { takeMessage } from './messages';
import { authorise, conversations, debugToken, feed, read, subscribe } from './objects';
import { happenings } from './people';
import { begin, verifyToken, type Facebook } from './state';
import { envelope } from './telling';

/** Facebook's side of Pages: Messenger, posts and comments. */
export const facebook = definePlatform<Facebook>({
  id: 'facebook',
  label: 'Facebook',
  begin,
  routes: [
    { method: 'GET', path: '/:version/debug_token', handle: debugToken },
    { method: 'POST', path: '/:version/:id/messages', creates: true, handle: takeMessage },
    { method: 'GET', path: '/:version/:id/conversations', handle: conversations },
    { method: 'GET', path: '/:version/:id/subscribed_apps', handle: subscribe },
    { method: 'POST', path: '/:version/:id/subscribed_apps', handle: subscribe },
    { method: 'DELETE', path: '/:version/:id/subscribed_apps', handle: subscribe },
    { method: 'GET', path: '/:version/:id/feed', handle: feed },
    { method: 'GET', path: '/:version/:id/comments', handle: listComments },
    { method: 'POST', path: '/:version/:id/comments', creates: true, handle: takeComment },
    { method: 'POST', path: '/:version/:id/likes', handle: takeLike },
    { method: 'DELETE', path: '/:version/:id/likes', handle: takeLike },
    { method: 'GET', path: '/:version/:id', handle: read },
    { method: 'POST', path: '/:version/:id', handle: takeHiding },
    { method: 'DELETE', path: '/:version/:id', handle: takeDeletion },
  ],
  settings: ({ state, url }) => ({
    ...{ pageId: state.pages[0]!.id, pageAccessToken: state.pages[0]!.token, appId: state.appId },
    ...{ appSecret: state.secret, verifyToken, apiUrl: url },
  }),
  secret: ({ secret }) => secret,
  accounts: ({ pages }) => pages.map(({ id }) => id),
  authorise,
  envelope,
  sign: ({ body }, { secret }) => ({
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'user-agent': 'facebookexternalua',
  }),
  handshake,
  // for 36 hours, less and less often
  retrySeconds: [10, 60, 300, 1_800, 7_200, 21_600, 43_200, 54_000],
  disableAfter: 50,
  mediaSeconds: 7 * 86_400,
  answers,
  happenings,
});

/** Meta asks whether the address knows the token that the company has given. */
async function handshake({ url, verifyToken: own }: Hook, random: Random): Promise<string | null> {
  const challenge = random.digits(10);
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.challenge', challenge);
  asked.searchParams.set('hub.verify_token', own ?? verifyToken);
  try {
    const answer = await request(asked);
    const text = await answer.body.text();
    if (answer.statusCode === 200 && text === challenge) return null;
    return `it answers the challenge by ${answer.statusCode}`;
  } catch (error) {
    return `it can't be reached (${(error as Error).message})`;
  }
}
