import { later } from '../clock';
import { definePlatform, type Told } from '../platform';
import { handshake, signed } from './challenge';
import { headersOf, tooMany } from './gate';
import { happenings } from './happenings';
import { mailRoutes } from './mail-api';
import { mediaRoutes } from './media-api';
import { withLongNumbers } from './old-events';
import { postRoutes } from './posts-api';
import { problem, unauthorised } from './problems';
import { signInRoutes } from './sign-in';
import { begin, companyOf, type X } from './state';
import { webhookRoutes } from './webhooks-api';

/** X: its API, and its webhooks in the forms of the X Activity and the Account Activity API. */
export const x = definePlatform<X>({
  id: 'x',
  label: 'X',
  begin,
  routes: [...signInRoutes, ...postRoutes, ...mailRoutes, ...mediaRoutes, ...webhookRoutes],
  settings(world) {
    const { state, url } = world;
    const { id } = companyOf(world);
    const tokenOf = (tokens: ReadonlyMap<string, string>) =>
      [...tokens].find(([, of]) => of === id)?.[0] ?? 'none-left';
    return {
      ...{ clientId: state.clientId, clientSecret: state.clientSecret, apiUrl: url },
      ...{ consumerSecret: state.consumerSecret, appBearerToken: state.bearer },
      ...{ accessToken: tokenOf(state.tokens), refreshToken: tokenOf(state.refreshTokens) },
    };
  },
  secret: ({ consumerSecret }) => consumerSecret,
  accounts: ({ accounts }) => accounts,
  envelope,
  sign: ({ body }, { secret }) => ({ 'x-twitter-webhooks-signature': signed(secret, body) }),
  handshake,
  retrySeconds: [3, 27, 242],
  disableAfter: null,
  mediaSeconds: 86_400,
  answers: {
    rateLimited: (_call, world) =>
      tooMany(headersOf('x-rate-limit', 15, 0, later(world.now(), 60))),
    failed: () => problem(503, '', 'Service Unavailable', 'Service Unavailable'),
    tokenDead: () => unauthorised,
    notFound: () => ({ status: 404, json: { title: 'Not Found', status: 404 } }),
  },
  happenings,
});

/** One event goes alone; how several would go together nobody has seen. */
function envelope(told: readonly Told[]): string {
  const [first] = told.map(({ event }) => event as { data?: object });
  const body = told.length === 1 ? first : { data: told.map((one) => dataOf(one.event)) };
  return withLongNumbers(JSON.stringify(body));
}

function dataOf(event: unknown): unknown {
  return (event as { data?: object }).data ?? event;
}
