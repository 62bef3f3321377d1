import type { ConnectorContext } from '../kit/connector';
import { ReconnectNeeded, RetryLater } from '../kit/errors';
import { kitErrorOf } from '../meta/graph-errors';
import { refusalIn } from '../meta/graph-refusal';
import { isValues, textIn } from '../meta/values';
import { apiOf } from './sign-in';
import { renewalFacts, renewalIn, tokenIn, type RenewalFacts, type Settings } from './token';

const DAY = 86_400_000;
/** Meta exchanges no token that is younger. */
const YOUNGEST = DAY;
const LIFE = 60 * DAY;
/** Of its life so much may be left when it is exchanged: there is time for many attempts. */
const LEFT = 45 * DAY;

/**
 * The settings with a token that still lives for long. Tokens of Instagram Login end after 60 days,
 * and can be exchanged as long as they live; one process does it for all.
 */
export async function refreshed(context: ConnectorContext): Promise<Settings> {
  const { settings } = context.channel;
  if (!isDue(settings, context.clock())) return settings;
  try {
    return await context.renewSettings(async (now) =>
      isDue(now, context.clock()) ? renewed(context, now) : null,
    );
  } catch (error) {
    // the token in hand may be as good as ever; if it is not, the call itself will say so
    if (error instanceof RetryLater || error instanceof ReconnectNeeded) return settings;
    throw error;
  }
}

function isDue(settings: Settings, now: Date): boolean {
  const facts = renewalIn(settings);
  if (!facts) return true;
  const until = facts.until ? Date.parse(facts.until) : Date.parse(facts.at) + LIFE;
  const isOld = now.getTime() - Date.parse(facts.at) >= YOUNGEST;
  return isOld && until - now.getTime() < LEFT;
}

/** What changes of the settings; a token that was just entered is only noted: it may be too young. */
async function renewed(context: ConnectorContext, settings: Settings) {
  const now = context.clock();
  if (!renewalIn(settings)) return kept(renewalFacts(settings, now, null), tokenIn(settings));
  const { token, seconds } = await exchange(context, settings, now);
  return kept(renewalFacts(settings, now, new Date(now.getTime() + seconds * 1_000)), token);
}

function kept(facts: RenewalFacts, renewedToken: string): Record<string, unknown> {
  return { renewal: JSON.stringify(facts), renewedToken };
}

async function exchange({ http }: ConnectorContext, settings: Settings, now: Date) {
  const url = new URL(`${apiOf(settings).replace(/\/+$/, '')}/refresh_access_token`);
  url.searchParams.set('grant_type', 'ig_refresh_token');
  url.searchParams.set('access_token', tokenIn(settings));
  const response = await http.request({ url: url.href });
  const refusal = refusalIn(response);
  if (refusal) throw kitErrorOf(refusal, now, { changes: false, maybeDone: false });
  const answer = response.json();
  const token = isValues(answer) ? textIn(answer, 'access_token') : null;
  if (token === null) throw new RetryLater('Instagram gave no new token.');
  const told = Number((answer as { expires_in?: unknown }).expires_in);
  return { token, seconds: Number.isFinite(told) && told > 0 ? told : LIFE / 1_000 };
}
