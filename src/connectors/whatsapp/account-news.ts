import type { HealthItem, InboundItem } from '../kit/item';
import { changeOf } from './messages';
import { handleOf } from './people';
import { fields, list, moment, text, words, type Fields } from './read';

type Health = HealthItem['health'];

/** Events of the account that a person has to know, and how bad they are. */
const events: Readonly<Record<string, [Health, string]>> = {
  ACCOUNT_DELETED: ['NEEDS_RECONNECT', 'The WhatsApp Business account was deleted.'],
  ACCOUNT_VIOLATION: ['DEGRADED', 'Meta says that the account has broken its policies.'],
  ACCOUNT_RESTRICTION: ['DEGRADED', 'Meta has restricted the account.'],
  PARTNER_REMOVED: ['NEEDS_RECONNECT', 'The app was removed from the WhatsApp Business account.'],
  PARTNER_APP_UNINSTALLED: [
    'NEEDS_RECONNECT',
    'The app was removed from the WhatsApp Business account.',
  ],
};

/** `account_update`: bans, violations, restrictions, and their end. */
export function readAccountUpdate(value: Fields, at: Date): InboundItem[] {
  const event = text(value.event);
  if (event === 'DISABLED_UPDATE') return banOf(fields(value.ban_info), at);
  if (event === 'ACCOUNT_REINSTATED') return [healthOf('OK', null, at)];
  const known = Object.hasOwn(events, event) ? events[event] : undefined;
  if (!known) return [];
  const details = [
    words(fields(value.violation_info).violation_type),
    ...list(value.restriction_info).map(({ restriction_type: type }) => words(type)),
  ].filter(Boolean);
  const more = details.length > 0 ? ` It says: ${details.join(', ')}.` : '';
  return [healthOf(known[0], `${known[1]}${more} See Business Support in Meta’s tools.`, at)];
}

function banOf(ban: Fields, at: Date): InboundItem[] {
  const state = text(ban.waba_ban_state);
  const reason = 'Meta has disabled the WhatsApp Business account: see Business Support.';
  if (state === 'REINSTATE') return [healthOf('OK', null, at)];
  if (state === 'SCHEDULE_FOR_DISABLE') {
    return [
      healthOf('DEGRADED', 'Meta is going to disable the account: see Business Support.', at),
    ];
  }
  return [healthOf('NEEDS_RECONNECT', reason, at)];
}

/** `account_alerts`: what Meta wants a person to look at. */
export function readAccountAlert(value: Fields, at: Date): InboundItem[] {
  const told = value.alert_info === undefined ? value : fields(value.alert_info);
  const severity = text(told.alert_severity);
  if (severity !== 'CRITICAL' && severity !== 'WARNING') return [];
  const isOver = text(told.alert_status) === 'NONE';
  const said = words(told.alert_description) ?? words(told.alert_type) ?? severity;
  return [isOver ? healthOf('OK', null, at) : healthOf('DEGRADED', `Meta alerts: ${said}`, at)];
}

/** `phone_number_quality_update`: how customers like what they get from a number. */
export function readQuality(value: Fields, at: Date): InboundItem[] {
  const event = text(value.event);
  const limit = words(value.current_limit);
  if (event === 'FLAGGED') {
    const more = limit ? ` Its limit is ${limit}.` : '';
    const reason = `Customers rate what the number sends as poor.${more} See WhatsApp Manager.`;
    return [healthOf('DEGRADED', reason, at)];
  }
  return event === 'UNFLAGGED' ? [healthOf('OK', null, at)] : [];
}

/** What went wrong beside all messages. */
export function readErrors(value: Fields, at: Date): InboundItem[] {
  const [error] = list(value.errors);
  if (!error) return [];
  const said = words(fields(error.error_data).details) ?? words(error.message) ?? text(error.title);
  return [healthOf('DEGRADED', `WhatsApp reports an error (${text(error.code)}): ${said}`, at)];
}

/** `user_id_update`: that a person has another id now. */
export function readUserIds(value: Fields, at: Date): InboundItem[] {
  return list(value.user_id_update).flatMap((told) => {
    const ids = fields(told.user_id);
    const before = handleOf(ids.previous ?? told.previous_user_id, '');
    const now = handleOf(ids.current ?? told.current_user_id ?? told.user_id, told.wa_id);
    return before.userId && now.userId ? changeOf(before, now, moment(told.timestamp) ?? at) : [];
  });
}

function healthOf(health: Health, reason: string | null, at: Date): HealthItem {
  return { type: 'health', health, reason, at };
}
