import type { InboundItem, MessageItem, Party } from '../kit/item';
import { saidBy } from './content';
import { Contacts, idOf, partyOf, handleOf, type Handle } from './people';
import { camelCased, fields, list, moment, text, words, type Fields } from './read';

/** What messages of customers say; one that tells neither who nor which gives nothing. */
export function readMessages(value: Fields, told: Date): InboundItem[] {
  const contacts = new Contacts(value.contacts);
  return list(value.messages).flatMap((message) => {
    const at = moment(message.timestamp) ?? told;
    const { handle, party } = contacts.find(message.from_user_id, message.from);
    const id = text(message.id);
    if (!party || id === '') return [];
    const from: Sender = { handle, party, at, id };
    switch (text(message.type)) {
      case 'reaction':
        return reactionOf(fields(message.reaction), from);
      case 'system':
        return systemOf(fields(message.system), from);
      case 'request_welcome':
        return [
          { type: 'touchpoint', party, touchpoint: 'chat_opened', externalId: id, occurredAt: at },
        ];
      case 'edit':
        return editOf(fields(message.edit), from);
      case 'revoke':
        return revocationOf(fields(message.revoke), from);
      default:
        return [inbound(message, from), ...referralOf(message, from)];
    }
  });
}

/** What the company wrote on its phone, beside Parley. */
export function readEchoes(value: Fields): InboundItem[] {
  const contacts = new Contacts(value.contacts);
  return list(value.message_echoes).flatMap((echo): InboundItem[] => {
    const at = moment(echo.timestamp);
    const { handle, party } = contacts.find(echo.to_user_id, echo.to);
    const id = text(echo.id);
    if (!at || !party || id === '') return [];
    if (text(echo.type) === 'reaction') {
      return reactionOf(fields(echo.reaction), { handle, party: null, at, id });
    }
    if (text(echo.type) === 'edit') return editOf(fields(echo.edit), { handle, party, at, id });
    if (text(echo.type) === 'revoke') {
      return revocationOf(fields(echo.revoke), { handle, party, at, id });
    }
    const message = messageOf(echo, { handle, party, at, id });
    return [{ ...message, direction: 'OUTBOUND', author: null, customer: party }];
  });
}

interface Sender {
  handle: Handle;
  /** Null for the company itself. */
  party: Party | null;
  at: Date;
  /** Of what they sent. */
  id: string;
}

/** The conversation with a person, or that of a group. */
function threadOf(handle: Handle, groupId: string): string {
  return groupId ? `group ${groupId}` : idOf(handle);
}

function messageOf(message: Fields, { handle, at, id }: Sender) {
  const groupId = text(message.group_id);
  const replyTo = words(fields(message.context).id);
  return {
    type: 'message' as const,
    threadKey: threadOf(handle, groupId),
    ...(!groupId && { isWithCustomer: true }),
    externalId: id,
    sentAt: at,
    ...saidBy(message),
    ...(replyTo && { replyTo }),
    // by which of a person's ids they are written to
    conversationPlatform: groupId
      ? { groupId }
      : {
          ...(handle.phone && { phone: handle.phone }),
          ...(handle.userId && { userId: handle.userId }),
        },
  };
}

function inbound(message: Fields, sender: Sender): MessageItem {
  return { ...messageOf(message, sender), direction: 'INBOUND', author: sender.party };
}

/** An ad or a post of the company's that led the customer here. */
function referralOf({ referral }: Fields, { party, at, id }: Sender): InboundItem[] {
  if (referral === undefined || !party) return [];
  const properties = camelCased(fields(referral)) as Record<string, unknown>;
  const touchpoint = properties.sourceType === 'post' ? 'post_click' : 'ad_click';
  return [
    {
      ...{ type: 'touchpoint', party, touchpoint },
      ...{ externalId: `${id} ${touchpoint}`, occurredAt: at, properties },
    },
  ];
}

/** A person has one reaction to a message: a new one takes the place of the one before. */
function reactionOf(reaction: Fields, { party: actor, at }: Sender): InboundItem[] {
  const externalId = text(reaction.message_id);
  const emoji = text(reaction.emoji);
  if (externalId === '') return [];
  const all = { type: 'reaction', externalId, actor, reaction: null, removed: true, at } as const;
  return emoji === '' ? [all] : [all, { ...all, reaction: emoji, removed: false }];
}

function editOf(edit: Fields, { at }: Sender): InboundItem[] {
  const externalId = text(edit.original_message_id);
  const { body } = saidBy(fields(edit.message));
  return externalId === '' ? [] : [{ type: 'edit', externalId, body, editedAt: at }];
}

function revocationOf(revoke: Fields, { at }: Sender): InboundItem[] {
  const externalId = text(revoke.original_message_id);
  return externalId === '' ? [] : [{ type: 'deletion', externalId, deletedAt: at }];
}

/** What WhatsApp tells of a person in between: another number, another id, another device. */
function systemOf(system: Fields, { handle, party, at }: Sender): InboundItem[] {
  if (!party) return [];
  const type = text(system.type);
  if (/identity_changed$/.test(type)) {
    const profile = { ...party.profile, identityChangedAt: at.toISOString() };
    return [{ type: 'party', party: { ...party, profile }, at }];
  }
  const next = handleOf(
    words(system.new_user_id) ?? words(system.user_id),
    words(system.wa_id) ?? words(system.new_wa_id),
  );
  const now: Handle = {
    userId: next.userId || handle.userId,
    phone: next.phone || (next.userId ? handle.phone : ''),
  };
  return changeOf(handle, now, at);
}

/** That a person who had one handle has another one now. */
export function changeOf(before: Handle, now: Handle, at: Date): InboundItem[] {
  const party = partyOf(now);
  if (!party || (idOf(now) === idOf(before) && now.phone === before.phone)) return [];
  const former = idOf(before);
  const formerExternalId = former && former !== party.externalId ? former : null;
  return [{ type: 'party', party, at, ...(formerExternalId && { formerExternalId }) }];
}
