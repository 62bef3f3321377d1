import type { Answer, Call } from '../platform';
import {
  recipientOf,
  windowOf,
  type SentByCompany,
  type WhatsAppPerson,
  type WhatsAppWorld,
} from './account';
import { checkTemplate } from './check-template';
import { newWamid, sayText, tellStatus } from './tell';
import { refuse } from './refusals';

const DAY = 86_400_000;

type Json = Readonly<Record<string, unknown>>;

/** `POST /{phone-number-id}/messages`: takes a message, or a read mark. */
export function takeMessage(call: Call, world: WhatsAppWorld): Answer {
  const { json } = call;
  const number = world.state.numbers.find(({ id }) => id === call.params['id']);
  if (!number) refuse(400, [100, 33], 'Unsupported post request: there is no such number.');
  if (json['messaging_product'] !== 'whatsapp') invalid('messaging_product');
  if (json['status'] === 'read') return markRead(json, world);
  const to = json['to'] ?? json['recipient'];
  if (typeof to !== 'string' || to === '') invalid('to');
  const type = String(json['type']);
  check(type, json, world);
  const sent: SentByCompany = { id: newWamid(world), number: number.id, to, json };
  world.state.sent.push(sent);
  const person = recipientOf(world, to);
  deliver(world, sent, person);
  const shown = { input: to, ...(person && { wa_id: person.waId }) };
  return {
    status: 200,
    json: {
      ...{ messaging_product: 'whatsapp', contacts: [shown] },
      messages: [{ id: sent.id, ...(type === 'template' && { message_status: 'accepted' }) }],
    },
  };
}

function markRead(json: Json, { state }: WhatsAppWorld): Answer {
  if (typeof json['message_id'] !== 'string') invalid('message_id');
  state.readMarks.push(json['message_id']);
  return { status: 200, json: { success: true } };
}

/** What is there of a message of each type, and has to be. */
const parts: Readonly<Record<string, (part: Json, world: WhatsAppWorld) => void>> = {
  text: ({ body }) => requireText(body, 4_096, 'text.body'),
  image: checkFile,
  video: checkFile,
  audio: checkFile,
  document: checkFile,
  sticker: checkFile,
  reaction: ({ message_id: id }) => requireText(id, 500, 'reaction.message_id'),
  interactive: ({ type, action }) => {
    requireText(type, 100, 'interactive.type');
    if (typeof action !== 'object') invalid('interactive.action');
  },
  template: checkTemplate,
  location: () => undefined,
  contacts: () => undefined,
};

function check(type: string, json: Json, world: WhatsAppWorld): void {
  const part = json[type];
  const isKnown = Object.hasOwn(parts, type);
  if (!isKnown) refuse(400, [131051], 'Unsupported message type');
  if (typeof part !== 'object' || part === null) invalid(type);
  parts[type]!(part as Json, world);
}

function checkFile({ id, caption }: Json, { media }: WhatsAppWorld): void {
  if (typeof id !== 'string' || !media.find(id)) {
    const details = 'The media id is unknown, or the file is gone.';
    refuse(400, [131053], 'Media upload error', details);
  }
  if (caption !== undefined) requireText(caption, 1_024, 'caption');
}

function requireText(value: unknown, longest: number, name: string): void {
  if (typeof value === 'string' && value !== '' && [...value].length <= longest) return;
  invalid(name);
}

function invalid(name: string): never {
  refuse(400, [100], 'Invalid parameter', `The parameter ${name} is invalid.`);
}

/** What becomes of a message that was taken: that much is told by its statuses. */
function deliver(
  world: WhatsAppWorld,
  sent: SentByCompany,
  person: WhatsAppPerson | undefined,
): void {
  const { json, number } = sent;
  if (json['type'] === 'reaction') return;
  if (!person) {
    return tellStatus(world, sent, 'failed', {
      ...{ code: 131026, title: 'Message undeliverable' },
      details: 'Unable to deliver message.',
    });
  }
  const last = world.state.lastWritten.get(windowOf(number, person));
  const isOpen = last !== undefined && world.now().getTime() - last.getTime() < DAY;
  if (json['type'] !== 'template' && (!isOpen || world.faults.now.windowClosed)) {
    return tellStatus(world, sent, 'failed', {
      ...{ code: 131047, title: 'Re-engagement message' },
      details:
        'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
    });
  }
  const { habits, random, cast } = world;
  tellStatus(world, sent, 'sent');
  world.later(habits.deliveredAfter, () => tellStatus(world, sent, 'delivered'));
  world.later(habits.readAfter, () => tellStatus(world, sent, 'read'));
  if (!random.chance(habits.answers)) return;
  const body = cast.reply(textOf(json), random);
  world.later(habits.answerAfter, () => void sayText(world, person, body, number));
}

function textOf(json: Json): string {
  const { body } = (json['text'] ?? {}) as { body?: unknown };
  return typeof body === 'string' ? body : '';
}
