import type { Beginning, World } from '../platform';

/** A phone number of the company's. */
export interface CompanyNumber {
  id: string;
  /** Digits alone. */
  phone: string;
  name: string;
}

/** Somebody on WhatsApp. */
export interface WhatsAppPerson {
  name: string;
  waId: string;
  /** The business's own id of them, which only some have yet. */
  userId: string | null;
}

/** A template as the platform keeps it. */
export interface KeptTemplate {
  id: string;
  name: string;
  language: string;
  status: string;
  category: string;
  components: readonly Record<string, unknown>[];
  rejected_reason?: string;
}

export interface SentByCompany {
  id: string;
  number: string;
  /** The other one's id or number, or the group's. */
  to: string;
  json: Readonly<Record<string, unknown>>;
}

/** A WhatsApp Business account with its numbers, and whom it talks with. */
export interface WhatsAppAccount {
  businessAccountId: string;
  token: string;
  appSecret: string;
  verifyToken: string;
  numbers: CompanyNumber[];
  people: WhatsAppPerson[];
  /** When somebody last wrote to a number, by {@link windowOf}. */
  lastWritten: Map<string, Date>;
  sent: SentByCompany[];
  /** Read marks that the company has set. */
  readMarks: string[];
  templates: KeptTemplate[];
}

export type WhatsAppWorld = World<WhatsAppAccount>;

export function beginAccount({ random, accounts, secret }: Beginning): WhatsAppAccount {
  const ids = accounts ?? [random.digits(15)];
  return {
    businessAccountId: random.digits(15),
    token: `EAA${random.letters(40)}`,
    appSecret: secret ?? random.letters(32),
    verifyToken: random.letters(16),
    numbers: ids.map((id, index) => ({
      ...{ id, phone: `1555078388${index + 1}` },
      name: index === 0 ? 'Lamp & Kettle' : `Lamp & Kettle ${index + 1}`,
    })),
    people: [],
    lastWritten: new Map(),
    sent: [],
    readMarks: [],
    templates: usualTemplates(),
  };
}

export function windowOf(number: string, person: WhatsAppPerson): string {
  return `${number} ${person.waId}`;
}

/** Somebody of the cast, by a number of their own; every second one has a user id too. */
export function personNamed(world: WhatsAppWorld, name: string): WhatsAppPerson {
  const { people } = world.state;
  const known = people.find((person) => person.name === name);
  if (known) return known;
  const n = people.length + 1;
  const person = {
    name,
    waId: `4915550${String(n).padStart(6, '0')}`,
    userId: n % 2 === 0 ? `DE.${1_000_000_000_000 + n}` : null,
  };
  people.push(person);
  return person;
}

/** Whom a message of the company's goes to. */
export function recipientOf(world: WhatsAppWorld, to: string): WhatsAppPerson | undefined {
  const bare = to.replace(/^\+/, '');
  return world.state.people.find(({ waId, userId }) => waId === bare || userId === bare);
}

function usualTemplates(): KeptTemplate[] {
  return [
    {
      ...{ id: '1192339204654487', name: 'parcel_delayed', language: 'en_US' },
      ...{ status: 'APPROVED', category: 'UTILITY' },
      components: [
        {
          type: 'HEADER',
          format: 'TEXT',
          text: 'Your order {{1}}',
          example: { header_text: ['40217'] },
        },
        {
          type: 'BODY',
          text: 'Hello {{1}}, your parcel is delayed. We expect it on {{2}}.',
          example: { body_text: [['Ada', 'Friday']] },
        },
        { type: 'FOOTER', text: 'Lamp & Kettle' },
        {
          type: 'BUTTONS',
          buttons: [
            {
              ...{ type: 'URL', text: 'Where is it?' },
              ...{ url: 'https://example.com/parcels/{{1}}', example: ['40217'] },
            },
          ],
        },
      ],
    },
    {
      ...{ id: '920070352646140', name: 'how_was_it', language: 'en_US' },
      ...{ status: 'APPROVED', category: 'MARKETING' },
      components: [{ type: 'BODY', text: 'How do you like your lamp? Answer us with a word.' }],
    },
    {
      ...{ id: '920070352646141', name: 'spring_sale', language: 'en_US' },
      ...{ status: 'REJECTED', category: 'MARKETING', rejected_reason: 'INCORRECT_CATEGORY' },
      components: [
        {
          type: 'BODY',
          text: 'Hi {{first_name}}, spring is here!',
          example: { body_text_named_params: [{ param_name: 'first_name', example: 'Ada' }] },
        },
      ],
    },
  ];
}
