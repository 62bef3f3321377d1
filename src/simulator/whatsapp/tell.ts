import { windowOf, type SentByCompany, type WhatsAppPerson, type WhatsAppWorld } from './account';

/** What a person sends: a message without who, when and which. */
export type Said = { type: string } & Record<string, unknown>;

/** Has a person write to a number of the company's; gives the message's id. */
export function say(
  world: WhatsAppWorld,
  person: WhatsAppPerson,
  said: Said,
  number = world.state.numbers[0]!.id,
): string {
  const id = newWamid(world);
  world.state.lastWritten.set(windowOf(number, person), world.now());
  const { name, waId, userId } = person;
  tellValue(world, number, {
    contacts: [{ profile: { name }, wa_id: waId, ...(userId && { user_id: userId }) }],
    messages: [
      {
        ...{ from: waId, ...(userId && { from_user_id: userId }) },
        ...{ id, timestamp: secondsOf(world.now()), ...said },
      },
    ],
  });
  return id;
}

/** Has a person write some text. */
export function sayText(
  world: WhatsAppWorld,
  person: WhatsAppPerson,
  body: string,
  number?: string,
): string {
  world.note(`${person.name} writes: ${body}`);
  return say(world, person, { type: 'text', text: { body } }, number);
}

/** Has the platform tell what became of a message of the company's. */
export function tellStatus(
  world: WhatsAppWorld,
  { id, number, to, json }: SentByCompany,
  status: 'sent' | 'delivered' | 'read' | 'failed',
  error?: { code: number; title: string; details: string },
): void {
  const key = json['biz_opaque_callback_data'];
  const { code, title, details } = error ?? {};
  tellValue(world, number, {
    statuses: [
      {
        ...{ id, status, timestamp: secondsOf(world.now()), recipient_id: to },
        ...(typeof key === 'string' && { biz_opaque_callback_data: key }),
        ...(status === 'sent' && {
          conversation: { id: `c${id.slice(-12)}`, origin: { type: 'service' } },
        }),
        ...(status !== 'failed' && {
          pricing: { billable: false, pricing_model: 'PMP', category: 'service' },
        }),
        ...(error && {
          errors: [
            {
              ...{ code, title, message: title, error_data: { details } },
              href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
            },
          ],
        }),
      },
    ],
  });
}

/** Has the platform tell what it has decided about a template. */
export function decideTemplate(
  world: WhatsAppWorld,
  name: string,
  event: 'APPROVED' | 'REJECTED' | 'PAUSED',
  reason = 'NONE',
): void {
  const template = world.state.templates.find((one) => one.name === name)!;
  template.status = event;
  template.rejected_reason = reason;
  const value = {
    ...{ event, reason, message_template_id: Number(template.id) },
    ...{ message_template_name: name, message_template_language: template.language },
  };
  world.tell(world.state.numbers[0]!.id, {
    id: world.state.businessAccountId,
    time: Math.floor(world.now().getTime() / 1_000),
    changes: [{ value, field: 'message_template_status_update' }],
  });
}

/** A change of the field `messages` about a number. */
function tellValue(world: WhatsAppWorld, number: string, told: object): void {
  const { phone } = world.state.numbers.find(({ id }) => id === number)!;
  const metadata = { display_phone_number: phone, phone_number_id: number };
  const value = { messaging_product: 'whatsapp', metadata, ...told };
  world.tell(number, {
    id: world.state.businessAccountId,
    changes: [{ value, field: 'messages' }],
  });
}

export function newWamid(world: WhatsAppWorld): string {
  const unique = `${world.serial()} ${world.random.letters(12)}`;
  return `wamid.HBgL${Buffer.from(unique).toString('base64')}`;
}

function secondsOf(time: Date): string {
  return String(Math.floor(time.getTime() / 1_000));
}
