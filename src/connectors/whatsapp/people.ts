import type { Party } from '../kit/item';
import { fields, list, text, words, type Fields } from './read';

/** Who somebody is: a user id of the business’s own, a phone number, or both. */
export interface Handle {
  userId: string;
  phone: string;
}

const PHONE = /^\d{5,15}$/;

/**
 * Ids as Meta gives them. A user id may stand where the phone number was, as `US.1349…`; a number
 * never has letters.
 */
export function handleOf(userId: unknown, waId: unknown): Handle {
  const [user, wa] = [text(userId), text(waId).replace(/^\+/, '')];
  if (PHONE.test(wa)) return { userId: user, phone: wa };
  return { userId: user || wa, phone: '' };
}

/** The id that lasts longest. */
export function idOf({ userId, phone }: Handle): string {
  return userId || phone;
}

/** A person, with what the platform tells of them beside ids; null where it gives no id at all. */
export function partyOf(handle: Handle, contact: Fields = {}): Party | null {
  const { userId, phone } = handle;
  const externalId = idOf(handle);
  if (externalId === '') return null;
  const { name, username } = fields(contact.profile);
  return {
    externalId,
    ...(words(username) && { handle: text(username).replace(/^@/, '') }),
    ...(words(name) && { displayName: text(name) }),
    ...(phone && { phone: `+${phone}`, profile: { phone: `+${phone}` } }),
    ...(userId && phone && { aliases: [phone] }),
  };
}

interface Contact {
  handle: Handle;
  contact: Fields;
}

/** The people of a change, by each of their ids. */
export class Contacts {
  private readonly byId = new Map<string, Contact>();
  /** Numbers of one person may be written in two ways, but one contact is whom it is about. */
  private readonly only: Contact | undefined;

  constructor(contacts: unknown) {
    const all = list(contacts).map((contact): Contact => {
      return { handle: handleOf(contact.user_id, contact.wa_id), contact };
    });
    this.only = all.length === 1 ? all[0] : undefined;
    for (const { handle, contact } of all) {
      for (const id of [handle.userId, handle.phone]) {
        if (id) this.byId.set(id, { handle, contact });
      }
    }
  }

  /** Somebody by one or both ids, with the other one and the name where the contacts tell them. */
  find(userId: unknown, waId: unknown): { handle: Handle; party: Party | null } {
    const given = handleOf(userId, waId);
    const told = this.byId.get(given.userId) ?? this.byId.get(given.phone) ?? this.only;
    const handle = {
      userId: given.userId || (told?.handle.userId ?? ''),
      phone: given.phone || (told?.handle.phone ?? ''),
    };
    return { handle, party: partyOf(handle, told?.contact) };
  }
}
