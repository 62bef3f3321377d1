import type { Happening } from '../platform';
import {
  personNamed,
  type WhatsAppAccount,
  type WhatsAppPerson,
  type WhatsAppWorld,
} from './account';
import { say, sayText } from './tell';

/** A red dot, as PNG. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

function anybody(world: WhatsAppWorld): WhatsAppPerson {
  return personNamed(world, world.random.pick(world.cast.people).name);
}

/** What happens by itself. */
export const happenings: Happening<WhatsAppAccount>[] = [
  {
    name: 'customer-writes',
    weight: 6,
    happen(world) {
      sayText(world, anybody(world), world.cast.opening('private', world.random));
    },
  },
  {
    name: 'customer-sends-photo',
    weight: 2,
    happen(world) {
      const id = world.random.digits(16);
      world.media.keep(id, PHOTO, 'image/png');
      const image = { id, mime_type: 'image/png', sha256: '', caption: 'It looks like this.' };
      say(world, anybody(world), { type: 'image', image });
    },
  },
  {
    name: 'customer-shares-location',
    weight: 1,
    happen(world) {
      const location = {
        ...{ latitude: 52.5163, longitude: 13.3777, name: 'Front door' },
        address: 'Pariser Platz, Berlin',
      };
      say(world, anybody(world), { type: 'location', location });
    },
  },
  {
    name: 'customer-comes-from-ad',
    weight: 1,
    happen(world) {
      const referral = {
        ...{ source_url: 'https://fb.me/simulated', source_id: '120226305854810726' },
        ...{ source_type: 'ad', body: 'Lamps made to be repaired.', headline: 'Chat with us' },
        ...{ media_type: 'image', image_url: 'https://example.com/lamp.png' },
        ctwa_clid: world.random.letters(40),
      };
      const text = { body: 'Hello! Can I get more info on this?' };
      say(world, anybody(world), { type: 'text', referral, text });
    },
  },
  {
    name: 'customer-reacts',
    weight: 1,
    happen(world) {
      const last = world.state.sent.at(-1);
      if (!last) return;
      say(world, anybody(world), {
        type: 'reaction',
        reaction: { message_id: last.id, emoji: '👍' },
      });
    },
  },
];
