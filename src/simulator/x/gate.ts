import { later } from '../clock';
import { Refusal, type Answer, type Call, type Route } from '../platform';
import { problem, unauthorised } from './problems';
import type { X, XWorld } from './state';

type Handle = (call: Call, world: XWorld, accountId: string) => Answer | Promise<Answer>;

interface Gate {
  /** Who may call: an account, the app, or both. */
  as: 'account' | 'app' | 'any';
  /** How often in 15 minutes, and in a day. */
  limit: number;
  daily?: number;
  creates?: boolean;
}

const WINDOW = 15 * 60;
const DAY = 24 * 3_600;

/** A route behind X's tokens and limits; each answer tells what is left. */
export function gated(
  method: Route<X>['method'],
  path: string,
  { as, limit, daily, creates }: Gate,
  handle: Handle,
): Route<X> {
  return {
    ...{ method, path, ...(creates && { creates }) },
    async handle(call, world) {
      const accountId = admit(call, world, as);
      const name = `${accountId} ${method} ${path}`;
      if (daily !== undefined) spend(world, `${name} daily`, daily, DAY, 'x-user-limit-24hour');
      const headers = spend(world, name, limit, WINDOW, 'x-rate-limit');
      const answer = await handle(call, world, accountId);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    },
  };
}

/** Whose token it is; empty for the app's. */
function admit({ token }: Call, { state }: XWorld, as: Gate['as']): string {
  const isApp = token === state.bearer;
  const accountId = state.tokens.get(token ?? '');
  if (isApp && as !== 'account') return '';
  if (accountId !== undefined && as !== 'app') return accountId;
  if (isApp || accountId !== undefined) {
    const detail = 'Authenticating with this kind of token is forbidden for this endpoint.';
    throw new Refusal(
      problem(403, 'unsupported-authentication', 'Unsupported Authentication', detail),
    );
  }
  throw new Refusal(unauthorised);
}

function spend(
  world: XWorld,
  name: string,
  limit: number,
  seconds: number,
  header: string,
): Record<string, string> {
  const { windows } = world.state;
  const known = windows.get(name);
  const isOver = !known || later(known.since, seconds) <= world.now();
  const window = isOver ? { since: world.now(), used: 0 } : known;
  windows.set(name, window);
  const left = limit - window.used;
  const headers = headersOf(header, limit, Math.max(0, left - 1), later(window.since, seconds));
  if (left <= 0) throw new Refusal(tooMany({ ...headers, [`${header}-remaining`]: '0' }));
  window.used++;
  return headers;
}

export function tooMany(headers: Record<string, string>): Answer {
  return problem(429, '', 'Too Many Requests', 'Too Many Requests', headers);
}

export function headersOf(
  header: string,
  limit: number,
  left: number,
  reset: Date,
): Record<string, string> {
  return {
    [`${header}-limit`]: String(limit),
    [`${header}-remaining`]: String(left),
    [`${header}-reset`]: String(Math.ceil(reset.getTime() / 1_000)),
  };
}
