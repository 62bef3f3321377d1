import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Permission } from '../auth/permissions';
import type { Actor } from '../auth/actor';
import { refuseUpload, type UploadRefusal } from '../domain/chat/check-upload';
import { keepBytes } from '../domain/file/keep-bytes';
import { servedAs } from '../domain/file/media-type';
import { recordUpload } from '../domain/file/record-upload';
import { findStoredAttachment } from '../domain/file/stored-attachment';
import { runCommand } from '../domain/kit/command';
import { globalId } from '../domain/kit/ids';
import type { RequestServices } from '../domain/kit/request-context';
import type { ByteRange } from '../files/blob-store';
import { requireCustomerOf } from './chat-pages';
import { failureBody } from './failures';

export interface FileRoutesOptions {
  services: RequestServices;
  admit(request: FastifyRequest): Promise<Actor>;
}

/** Files behind signed links, and uploads of what is to be sent. */
export function fileRoutes(app: FastifyInstance, options: FileRoutesOptions): void {
  app.get<{ Params: { token: string } }>('/files/:token/:name', (request, reply) =>
    serveFile(request, reply, options),
  );
  void app.register((scope, _options, done) => {
    // whatever its type is, a file is taken as bytes
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    const actors = new WeakMap<FastifyRequest, Actor>();
    const { connections } = options.services;
    const refuseOfCustomer = async (request: FastifyRequest, reply: FastifyReply, actor: Actor) => {
      const { 'content-type': type, 'content-length': length = '0' } = request.headers;
      const refusal = await refuseUpload(connections, actor, type, Number(length));
      if (refusal) return refuse(reply, refusal);
      await options.services.beforeCommand?.('upload', actor);
    };
    const route = {
      method: 'POST',
      bodyLimit: options.services.files.largestBytes,
      handler: (request: FastifyRequest, reply: FastifyReply) =>
        upload(request, reply, actors.get(request)!, options),
    };
    // who it is, is asked before the body is read
    scope.route({
      ...{ ...route, url: '/uploads' },
      onRequest: async (request, reply) => {
        const actor = await options.admit(request);
        const isCustomer = actor.kind === 'CUSTOMER';
        if (!isCustomer && !actor.permissions.has(Permission.MESSAGE_SEND)) return forbidden(reply);
        actors.set(request, actor);
        if (isCustomer) return refuseOfCustomer(request, reply, actor);
      },
    });
    scope.route({
      ...{ ...route, url: '/chat/:channelId/uploads' },
      onRequest: async (request, reply) => {
        const actor = await options.admit(request);
        requireCustomerOf(request, actor);
        actors.set(request, actor);
        return refuseOfCustomer(request, reply, actor);
      },
    });
    done();
  });
}

async function serveFile(
  request: FastifyRequest<{ Params: { token: string } }>,
  reply: FastifyReply,
  { services: { files, sessions, clock } }: FileRoutesOptions,
): Promise<FastifyReply> {
  const target = await files.links.read(request.params.token);
  const attachment = target && (await findStoredAttachment(sessions, target));
  if (!attachment) return gone(reply);
  const size = Number(attachment.byteSize);
  const range = rangeOf(request.headers.range, size);
  if (range === 'UNSATISFIABLE') {
    return reply.code(416).header('content-range', `bytes */${size}`).send();
  }
  const stream = await files.read(attachment.storageKey, range ?? undefined);
  if (!stream) return gone(reply);
  const { contentType, isShown } = servedAs(attachment.contentType);
  const lasts = Math.floor((target.expires.getTime() - clock().getTime()) / 1_000);
  const name = encodeURIComponent(attachment.fileName).replace(/['()*]/g, escapeByte);
  if (range) {
    reply.code(206).header('content-range', `bytes ${range.from}-${range.to}/${size}`);
  }
  return reply
    .headers({
      'content-type': contentType,
      'content-length': range ? range.to - range.from + 1 : size,
      'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
      'accept-ranges': 'bytes',
      // whatever a file holds, it runs nothing and reaches nothing
      'content-security-policy': `default-src 'none'; sandbox`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': `private, max-age=${lasts}, immutable`,
    })
    .send(stream);
}

function gone(reply: FastifyReply): FastifyReply {
  const message = 'This link is not valid, or is over: read the attachment’s `url` again.';
  return reply.code(404).send(failureBody('BAD_USER_INPUT', message));
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The one range that is asked for; null where all is, as for several ranges at once. */
function rangeOf(header: string | undefined, size: number): ByteRange | 'UNSATISFIABLE' | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return from > to || from >= size ? 'UNSATISFIABLE' : { from, to };
}

async function upload(
  request: FastifyRequest,
  reply: FastifyReply,
  actor: Actor,
  { services }: FileRoutesOptions,
): Promise<FastifyReply> {
  const bytes = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    const message = 'Send the file itself as the body, with its media type as content-type.';
    return reply.code(400).send(failureBody('BAD_USER_INPUT', message));
  }
  if (actor.kind === 'CUSTOMER') {
    const { 'content-type': type } = request.headers;
    // what comes in chunks says its size only by its end
    const refusal = await refuseUpload(services.connections, actor, type, bytes.length);
    if (refusal) return refuse(reply, refusal);
  }
  const { fileName } = request.query as { fileName?: unknown };
  const kept = await keepBytes(services, actor.workspaceId, bytes);
  const answer = await runCommand(services.units, actor, services.clock(), recordUpload, {
    fileName: typeof fileName === 'string' ? fileName : null,
    contentType: request.headers['content-type'] ?? null,
    kept,
  });
  if (!answer.ok) {
    return reply.code(400).send(failureBody('BAD_USER_INPUT', answer.problems[0]!.message));
  }
  const { uploadId, ...facts } = answer.result;
  return reply.code(201).send({ id: globalId('Upload', uploadId), ...facts });
}

function refuse(reply: FastifyReply, { status, message }: UploadRefusal): FastifyReply {
  return reply.code(status).send(failureBody('BAD_USER_INPUT', message));
}

function forbidden(reply: FastifyReply): FastifyReply {
  const message = 'You need the permission MESSAGE_SEND to upload files.';
  return reply.code(403).send(failureBody('FORBIDDEN', message));
}
