import type { WebhookRequest } from '../kit/connector';
import { webUrl, type FormSettings } from './settings';

/** Whether the page that a request comes from may use the form. */
export function isWelcome(request: WebhookRequest, { origins }: FormSettings): boolean {
  if (origins.length === 0) return true;
  const { origin } = request.headers;
  return origin !== undefined && (origins.includes(origin) || isOwn(request, origin));
}

/** The page that is served here; the scheme is not compared, since a proxy may have changed it. */
function isOwn({ url }: WebhookRequest, origin: string): boolean {
  return webUrl(origin)?.host === new URL(url).host;
}

/** What lets the page read the answer. */
export function corsHeaders(
  request: WebhookRequest,
  settings: FormSettings,
): Record<string, string> {
  const { origin } = request.headers;
  if (settings.origins.length === 0) return { 'access-control-allow-origin': '*' };
  if (origin === undefined || !isWelcome(request, settings)) return { vary: 'origin' };
  return { 'access-control-allow-origin': origin, vary: 'origin' };
}

/** Where people get afterwards: nowhere but to pages that the settings name. */
export function redirectOf(
  { origins, redirectUrl }: FormSettings,
  wanted: string | null,
): string | null {
  const url = wanted === null ? null : webUrl(wanted);
  const isKnown = url && (origins.includes(url.origin) || url.origin === redirectUrl?.origin);
  return (isKnown ? url : redirectUrl)?.href ?? null;
}
