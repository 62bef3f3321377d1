import type { InboundItem, ReceiptItem } from '../kit/item';
import { failureOf } from './failures';
import { handleOf, partyOf } from './people';
import { camelCased, fields, list, moment, text, words, type Fields } from './read';

const meanings: Readonly<Record<string, ReceiptItem['status']>> = {
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  // a voice message was listened to
  played: 'READ',
  failed: 'FAILED',
};

/** The form of our own keys; other programs put texts of theirs at the same place. */
const OUR_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What became of messages that the company sent, and who those people are that they went to. */
export function readStatuses(value: Fields): InboundItem[] {
  const statuses = list(value.statuses);
  const at = moment(statuses[0]?.timestamp);
  return [...(at ? peopleIn(value.contacts, at) : []), ...statuses.flatMap(receiptOf)];
}

/** That an id and a number are one person’s; by one alone nobody new is told of. */
function peopleIn(contacts: unknown, at: Date): InboundItem[] {
  return list(contacts).flatMap((contact): InboundItem[] => {
    const party = partyOf(handleOf(contact.user_id, contact.wa_id), contact);
    return party?.aliases ? [{ type: 'party', party, at }] : [];
  });
}

function receiptOf(told: Fields): InboundItem[] {
  const status = meanings[text(told.status)];
  const at = moment(told.timestamp);
  const externalId = text(told.id);
  if (!status || !at || externalId === '') return [];
  const clientKey = text(told.biz_opaque_callback_data);
  return [
    {
      ...{ type: 'receipt', status, at },
      about: OUR_KEY.test(clientKey) ? { clientKey, externalId } : { externalId },
      ...(status === 'FAILED' && { failure: failureIn(told.errors) }),
      platform: factsOf(told, at),
    },
  ];
}

function failureIn(errors: unknown) {
  const [error = {}] = list(errors);
  const said = words(fields(error.error_data).details) ?? words(error.message) ?? text(error.title);
  return failureOf(Number(text(error.code)) || 0, said);
}

/** What it cost, and whatever else is told of it. */
function factsOf(told: Fields, at: Date): Record<string, unknown> {
  const { pricing, conversation, errors } = told;
  return {
    ...(words(told.recipient_id) && { recipientId: text(told.recipient_id) }),
    ...(words(told.recipient_user_id) && { recipientUserId: text(told.recipient_user_id) }),
    ...(words(told.recipient_participant_id) && {
      recipientParticipantId: text(told.recipient_participant_id),
    }),
    ...(words(told.group_id) && { groupId: text(told.group_id) }),
    ...(pricing !== undefined && { pricing: camelCased(pricing) }),
    ...(conversation !== undefined && { conversation: camelCased(conversation) }),
    ...(Array.isArray(errors) && errors.length > 0 && { errors: camelCased(errors) }),
    ...(told.status === 'played' && { playedAt: at.toISOString() }),
  };
}
