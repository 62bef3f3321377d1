import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import type { InboundItem } from '../kit/item';
import { readJson } from '../kit/json-body';
import {
  readAccountAlert,
  readAccountUpdate,
  readErrors,
  readQuality,
  readUserIds,
} from './account-news';
import { readEchoes, readMessages } from './messages';
import { fields, list, moment, text, type Fields } from './read';
import { readStatuses } from './statuses';
import { readTemplateStatus } from './templates';

/** Fields of webhooks that say something of one number’s talk; their values name the number. */
const ofNumber: Readonly<Record<string, (value: Fields, at: Date) => InboundItem[]>> = {
  messages: (value, at) => [
    ...readMessages(value, at),
    ...readStatuses(value),
    ...readErrors(value, at),
  ],
  smb_message_echoes: (value) => readEchoes(value),
  user_id_update: readUserIds,
};

/** Fields that say something of the whole account. */
const ofAccount: Readonly<Record<string, (value: Fields, at: Date) => InboundItem[]>> = {
  account_update: readAccountUpdate,
  account_alerts: readAccountAlert,
  phone_number_quality_update: readQuality,
  message_template_status_update: readTemplateStatus,
};

/** What a webhook of the app says of this channel’s number; other numbers have channels of their own. */
export function normalise(
  { body, receivedAt }: RawDelivery,
  channel: ConnectedChannel,
): InboundItem[] {
  const { object, entry } = fields(readJson(body));
  if (object !== 'whatsapp_business_account') return [];
  return list(entry).flatMap(({ id, time, changes }) =>
    list(changes).flatMap((change): InboundItem[] => {
      const field = text(change.field);
      const value = fields(change.value);
      const at = moment(time) ?? receivedAt;
      const number = text(fields(value.metadata).phone_number_id);
      if (number !== '') {
        if (number !== channel.externalId || !Object.hasOwn(ofNumber, field)) return [];
        return ofNumber[field]!(value, at);
      }
      const isOurs = text(id) === channel.settings.businessAccountId;
      return isOurs && Object.hasOwn(ofAccount, field) ? ofAccount[field]!(value, at) : [];
    }),
  );
}
