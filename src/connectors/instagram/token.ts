import { createHash } from 'node:crypto';

/** A channel's settings. */
export type Settings = Readonly<Record<string, unknown>>;

/** Of a token that was renewed. */
export interface RenewalFacts {
  /** A digest of the token that was entered: another one makes the renewed one void. */
  of: string;
  /** When it was renewed, or first seen; moments in ISO 8601. */
  at: string;
  /** When it ends; null where nobody has told yet. */
  until: string | null;
}

/** The newest token that came of the one that was entered. */
export function tokenIn(settings: Settings): string {
  const { accessToken, renewedToken } = settings;
  return String(renewalIn(settings) ? renewedToken : accessToken);
}

/** What is known of the renewal of the token that was entered; null where it is another one's. */
export function renewalIn({ renewal, accessToken }: Settings): RenewalFacts | null {
  if (typeof renewal !== 'string') return null;
  const facts = JSON.parse(renewal) as RenewalFacts;
  return facts.of === digestOf(accessToken) ? facts : null;
}

export function renewalFacts(
  { accessToken }: Settings,
  at: Date,
  until: Date | null,
): RenewalFacts {
  return { of: digestOf(accessToken), at: at.toISOString(), until: until?.toISOString() ?? null };
}

function digestOf(token: unknown): string {
  return createHash('sha256').update(String(token)).digest('hex');
}
