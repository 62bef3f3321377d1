import { createHash } from 'node:crypto';
import type { Answer, Call, Route } from '../platform';
import { SimulatorRefused } from '../simulator-refused';
import type { WhatsAppAccount, WhatsAppWorld } from './account';
import { takeMessage } from './take-message';
import { readUpload } from './upload';
import { refuse } from './refusals';

/** What can be asked of the Cloud API. */
export const routes: readonly Route<WhatsAppAccount>[] = [
  { method: 'POST', path: '/:version/:id/messages', creates: true, handle: takeMessage },
  { method: 'POST', path: '/:version/:id/media', handle: takeFile },
  { method: 'GET', path: '/:version/:id/message_templates', handle: listTemplates },
  { method: 'POST', path: '/:version/:id/subscribed_apps', handle: subscribe },
  { method: 'GET', path: '/:version/:id', handle: look },
];

function takeFile({ headers, body }: Call, world: WhatsAppWorld): Answer {
  const file = readUpload(String(headers['content-type']), body);
  if (!file) refuse(400, [100], 'Invalid parameter', 'The file is missing.');
  const id = world.random.digits(16);
  world.media.keep(id, file.bytes, file.contentType);
  return { status: 200, json: { id } };
}

function listTemplates({ query, params }: Call, { state, url }: WhatsAppWorld): Answer {
  requireAccount(params['id'], state);
  const limit = Math.min(Number(query.get('limit') ?? 25), 100);
  const start = Number(query.get('after') ?? 0);
  const data = state.templates.slice(start, start + limit);
  const end = start + data.length;
  const next = new URL(`${url}/${params['version']}/${params['id']}/message_templates`);
  next.searchParams.set('after', String(end));
  next.searchParams.set('access_token', state.token);
  const paging = { cursors: { before: String(start), after: String(end) } };
  const isLast = end >= state.templates.length;
  return {
    status: 200,
    json: { data, paging: isLast ? paging : { ...paging, next: next.href } },
  };
}

/** Subscribes the app to the account; an address of the caller's own is tried at once. */
async function subscribe({ json, params }: Call, world: WhatsAppWorld): Promise<Answer> {
  requireAccount(params['id'], world.state);
  const { override_callback_uri: url, verify_token: verifyToken } = json;
  if (typeof url === 'string') {
    const accounts = world.state.numbers.map(({ id }) => id);
    try {
      await world.addHook({ url, verifyToken: String(verifyToken), accounts });
    } catch (error) {
      if (!(error instanceof SimulatorRefused)) throw error;
      refuse(400, [2200], 'Callback verification failed', error.message);
    }
  }
  return { status: 200, json: { success: true } };
}

/** A number of the company's, or a file. */
function look({ params }: Call, world: WhatsAppWorld): Answer {
  const id = params['id']!;
  const number = world.state.numbers.find((one) => one.id === id);
  if (number) {
    const shown = `+${number.phone.slice(0, 1)} ${number.phone.slice(1)}`;
    const { name } = number;
    return {
      status: 200,
      json: { id, display_phone_number: shown, verified_name: name, quality_rating: 'GREEN' },
    };
  }
  const file = world.media.find(id);
  if (!file) refuse(400, [100, 33], 'Unsupported get request: there is no such object.');
  const { bytes, contentType } = file;
  return {
    status: 200,
    json: {
      ...{ messaging_product: 'whatsapp', id, url: world.media.urlOf(id), mime_type: contentType },
      ...{ sha256: createHash('sha256').update(bytes).digest('hex'), file_size: bytes.length },
    },
  };
}

function requireAccount(id: string | undefined, { businessAccountId }: WhatsAppAccount): void {
  if (id === businessAccountId) return;
  refuse(400, [100, 33], 'Unsupported request: there is no such account.');
}
