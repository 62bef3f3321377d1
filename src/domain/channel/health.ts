import type { ChannelHealth, ChannelState } from '../../entities/channel';

/**
 * Who tells of a channel's health: what reads, what sends, and what knows of the account itself. Each
 * speaks for itself alone, so that a mailbox that can be read doesn't hide that nothing can be sent.
 */
export const healthParts = ['ACCOUNT', 'SOURCE', 'SENDER'] as const;

export type HealthPart = (typeof healthParts)[number];

/** What a part tells. */
export interface HealthReport {
  part: HealthPart;
  health: ChannelHealth;
  /** What a person has to know or do; null when all is well. */
  reason: string | null;
  /** When it was so; what is older than what the part has told since changes nothing. */
  at: Date;
}

/** A channel's health, as it is stored. */
export type StoredHealth = Pick<
  ChannelState,
  'health' | 'healthReason' | 'healthSince' | 'healthParts'
>;

const ranks: Record<ChannelHealth, number> = { OK: 0, DEGRADED: 1, NEEDS_RECONNECT: 2 };

/** How a channel that was just connected gets on. */
export const healthy: StoredHealth = {
  health: 'OK',
  healthReason: null,
  healthSince: null,
  healthParts: {},
};

/** The health after a report; null when that changes nothing that anybody sees. */
export function reportedHealth(before: StoredHealth, report: HealthReport): StoredHealth | null {
  const { part, health, at } = report;
  const reason = health === 'OK' ? null : report.reason;
  const known = before.healthParts[part];
  if (known && new Date(known.at) > at) return null;
  if ((known?.health ?? 'OK') === health && (known?.reason ?? null) === reason) return null;
  const all = { ...before.healthParts, [part]: { health, reason, at: at.toISOString() } };
  const worst = Object.values(all).reduce((a, b) => (ranks[b.health] > ranks[a.health] ? b : a));
  return {
    health: worst.health,
    healthReason: worst.reason,
    healthSince: worst.health === before.health ? before.healthSince : at,
    healthParts: all,
  };
}
