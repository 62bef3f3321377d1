import type { InboundAttachment, MessageContent } from '../kit/item';
import { camelCased, depthOf, fields, list, text, words, type Fields } from './read';

/** How deep the answers of a form may be nested to be kept as more than text. */
const DEEPEST_ANSWERS = 8;

/** What a message says. */
export interface Said {
  body: string;
  content?: MessageContent;
  attachments?: InboundAttachment[];
}

const readers: Readonly<Record<string, (message: Fields) => Said>> = {
  text: ({ text: it }) => ({ body: text(fields(it).body) }),
  image: ({ image }) => media(image),
  video: ({ video }) => media(video),
  audio: ({ audio }) => media(audio, fields(audio).voice === true ? { voice: true } : {}),
  document: ({ document }) => media(document),
  sticker: ({ sticker }) =>
    media(sticker, { sticker: { isAnimated: fields(sticker).animated === true } }),
  location: ({ location }) => ({ body: '', content: locationOf(fields(location)) }),
  contacts: ({ contacts }) => ({ body: '', content: { contacts: list(contacts).map(contactOf) } }),
  button: ({ button }) => {
    const { text: title, payload } = fields(button);
    return { body: text(title), content: { choice: choiceOf(title, payload) } };
  },
  interactive: ({ interactive }) => interactiveOf(fields(interactive)),
  order: ({ order }) => {
    const { catalog_id: catalogId, product_items: items, text: body } = fields(order);
    return {
      body: text(body),
      content: {
        order: {
          ...(words(catalogId) && { catalogId: text(catalogId) }),
          items: list(items).map((item) => camelCased(item) as Record<string, unknown>),
          ...(words(body) && { text: text(body) }),
        },
      },
    };
  },
};

/** What a message of any type says; of a type that is not known, that there is something. */
export function saidBy(message: Fields): Said {
  const type = text(message.type);
  const said = Object.hasOwn(readers, type) ? readers[type]!(message) : unsupported(message, type);
  const content = { ...said.content, ...surroundingsOf(message) };
  return { ...said, content: Object.keys(content).length > 0 ? content : undefined };
}

function media(value: unknown, content?: MessageContent): Said {
  const { id, mime_type: contentType, filename, caption } = fields(value);
  const file: InboundAttachment = {
    externalId: words(id) ?? null,
    ...(words(contentType) && { contentType: text(contentType) }),
    ...(words(filename) && { fileName: text(filename) }),
    ...(!words(id) && { failure: 'WhatsApp did not say where it is.' }),
  };
  return { body: text(caption), content, attachments: [file] };
}

function locationOf({ latitude, longitude, name, address, url }: Fields): MessageContent {
  const place = {
    latitude: Number(text(latitude) || NaN),
    longitude: Number(text(longitude) || NaN),
    ...(words(name) && { name: text(name) }),
    ...(words(address) && { address: text(address) }),
    ...(words(url) && { url: text(url) }),
  };
  const isPlace = Number.isFinite(place.latitude) && Number.isFinite(place.longitude);
  return isPlace ? { location: place } : { unsupported: 'location' };
}

function contactOf({ name, phones, emails, org, urls, addresses, birthday }: Fields) {
  const { formatted_name: formatted, first_name: first, last_name: last } = fields(name);
  const called = words(formatted) ?? [first, last].map(text).filter(Boolean).join(' ');
  const each = (value: unknown, key: string) => list(value).flatMap((it) => words(it[key]) ?? []);
  const numbers = list(phones).flatMap(
    ({ phone, wa_id: waId }) => words(phone) ?? words(waId) ?? [],
  );
  const waIds = each(phones, 'wa_id');
  return {
    ...(called && { name: called }),
    ...(numbers.length > 0 && { phones: numbers }),
    ...(waIds.length > 0 && { whatsappIds: waIds }),
    ...(list(emails).length > 0 && { emails: each(emails, 'email') }),
    ...(words(fields(org).company) && { company: text(fields(org).company) }),
    ...(words(fields(org).title) && { title: text(fields(org).title) }),
    ...(words(fields(org).department) && { department: text(fields(org).department) }),
    ...(list(urls).length > 0 && { urls: each(urls, 'url') }),
    ...(list(addresses).length > 0 && { addresses: list(addresses).map(camelCased) }),
    ...(words(birthday) && { birthday: text(birthday) }),
  };
}

function choiceOf(title: unknown, payload: unknown, description?: unknown) {
  return {
    ...(words(title) && { title: text(title) }),
    ...(words(payload) && { payload: text(payload) }),
    ...(words(description) && { description: text(description) }),
  };
}

function interactiveOf(interactive: Fields): Said {
  const type = text(interactive.type);
  const told = fields(interactive[type]);
  if (type === 'button_reply' || type === 'list_reply') {
    const choice = choiceOf(told.title, told.id, told.description);
    return { body: text(told.title), content: { choice } };
  }
  if (type === 'nfm_reply') {
    const form = { name: text(told.name), answers: answersOf(told.response_json) };
    return { body: text(told.body), content: { form } };
  }
  return {
    body: text(told.body) || text(told.title),
    content: { unsupported: type || 'interactive', told: camelCased(told) },
  };
}

/** What a form was answered with: JSON in JSON. */
function answersOf(json: unknown): unknown {
  if (typeof json !== 'string') return json ?? null;
  try {
    const answers = JSON.parse(json) as unknown;
    return depthOf(answers) <= DEEPEST_ANSWERS ? answers : json;
  } catch {
    return json;
  }
}

function unsupported({ errors, unsupported: told }: Fields, type: string): Said {
  const [error] = list(errors);
  const reason = error && (words(fields(error.error_data).details) ?? words(error.title));
  const kind = words(fields(told).type) ?? (type || 'unknown');
  return {
    body: '',
    content: {
      unsupported: kind,
      ...(reason && { unsupportedReason: reason }),
      ...(error && words(error.code) && { unsupportedCode: text(error.code) }),
    },
  };
}

/** What stands beside every kind of message: what brought the customer here, what it speaks of. */
function surroundingsOf({ context, referral }: Fields): MessageContent {
  const { forwarded, frequently_forwarded: often, referred_product: product } = fields(context);
  return {
    ...(referral !== undefined && { referral: camelCased(fields(referral)) as Fields }),
    ...((forwarded === true || often === true) && { isForwarded: true }),
    ...(often === true && { isForwardedOften: true }),
    ...(product !== undefined && { product: camelCased(fields(product)) }),
  };
}
