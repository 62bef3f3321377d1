import type { Answer, Call, Route } from '../platform';
import { write } from './doings';
import { gated } from './gate';
import { afterMail } from './habits';
import { invalid, notFound, refuse } from './problems';
import type { Mail, X, XWorld } from './state';
import { mailView, mediumView, userView } from './views';

const reading = { as: 'account', limit: 15 } as const;
const writing = { as: 'account', limit: 15, daily: 1_440, creates: true } as const;

export const mailRoutes: Route<X>[] = [
  gated('POST', '/2/dm_conversations/with/:id/messages', writing, ({ params, json }, world, id) =>
    send(json, world, id, params.id!),
  ),
  gated('GET', '/2/dm_conversations/with/:id/dm_events', reading, ({ params, query }, world, id) =>
    page(world, query, (mail) => isBetween(mail, id, params.id!)),
  ),
  gated('GET', '/2/dm_events', reading, ({ query }, world, id) =>
    page(world, query, (mail) => mail.senderId === id || mail.recipientId === id),
  ),
  gated('DELETE', '/2/dm_events/:id', { as: 'account', limit: 300 }, ({ params }, world, id) => {
    const at = world.state.mail.findIndex((mail) => mail.id === params.id && mail.senderId === id);
    if (at < 0) notFound('dm_event', params.id!);
    world.state.mail.splice(at, 1);
    return { status: 200, json: { data: { deleted: true } } };
  }),
  gated('GET', '/2/dm_conversations/media/:mail/:file/:name', { as: 'account', limit: 300 }, file),
];

function send(json: Call['json'], world: XWorld, senderId: string, recipientId: string): Answer {
  const text = typeof json.text === 'string' ? json.text : '';
  const [attached] = (json.attachments as { media_id: string }[] | undefined) ?? [];
  if (text === '' && !attached) invalid('text or attachments is required.');
  if (!world.state.users.has(recipientId)) notFound('user', recipientId);
  if (world.faults.now.windowClosed) {
    refuse(403, '', 'Forbidden', 'You cannot send messages to this user.');
  }
  const media = attached ? (world.state.media.get(attached.media_id) ?? null) : null;
  if (attached && !media) invalid('Your media IDs are invalid.');
  const mail = write(world, { senderId, recipientId, text, media });
  afterMail(world, mail);
  const { dm_conversation_id } = mailView(mail);
  return { status: 201, json: { data: { dm_conversation_id, dm_event_id: mail.id } } };
}

function isBetween({ senderId, recipientId }: Mail, a: string, b: string): boolean {
  return (senderId === a && recipientId === b) || (senderId === b && recipientId === a);
}

function page(world: XWorld, query: URLSearchParams, isMeant: (mail: Mail) => boolean): Answer {
  const token = query.get('pagination_token');
  const below = BigInt(token?.replace(/^d0*/, '') ?? 2n ** 63n);
  const meant = world.state.mail
    .filter((mail) => BigInt(mail.id) < below && isMeant(mail))
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
  const most = Number(query.get('max_results') ?? 100);
  const shown = meant.slice(0, most);
  const users = new Set(shown.map(({ senderId }) => world.state.users.get(senderId)!));
  const media = shown.flatMap((mail) => mail.media ?? []);
  return {
    status: 200,
    json: {
      ...(shown.length > 0 && {
        data: shown.map(mailView),
        includes: {
          users: [...users].map(userView),
          ...(media.length > 0 && { media: media.map((medium) => mediumView(world, medium)) }),
        },
      }),
      meta: {
        result_count: shown.length,
        ...(meant.length > most && { next_token: `d${shown.at(-1)!.id.padStart(20, '0')}` }),
      },
    },
  };
}

function file({ params }: Call, world: XWorld): Answer {
  const mail = world.state.mail.find(({ id }) => id === params.mail);
  const kept = mail?.media ? world.media.find(mail.media.fileId) : null;
  if (!kept) notFound('media', params.file!);
  return { status: 200, headers: { 'content-type': kept.contentType }, body: kept.bytes };
}
