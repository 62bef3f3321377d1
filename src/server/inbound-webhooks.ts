import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Connector, WebhookAnswer, WebhookRequest } from '../connectors/kit/connector';
import { isConnectionLoss } from '../db/sessions';
import type { Acceptor, Knock } from '../inbound/accept';
import { failureBody } from './failures';

/** Largest body of a request to a channel whose connector says nothing else, in bytes. */
const LARGEST_BODY = 3 * 1024 * 1024;

export interface InboundWebhookOptions {
  acceptor: Acceptor;
  /** Largest body of each connector that takes requests and says so, by the connector's id. */
  largestBodies: ReadonlyMap<string, number>;
  clock: () => Date;
}

/** The limits that connectors set for what they take. */
export function largestBodies(connectors: Readonly<Record<string, Connector>>) {
  return new Map(
    Object.entries(connectors).flatMap(([id, { webhook }]) =>
      webhook?.largestBody === undefined ? [] : [[id, webhook.largestBody] as const],
    ),
  );
}

/**
 * The addresses of channels: `/webhooks/CONNECTOR/KEY`. Bodies come as the bytes that were sent,
 * whatever their type, because a signature is over bytes.
 */
export function inboundWebhooks(app: FastifyInstance, options: InboundWebhookOptions): void {
  void app.register((scope, _options, ready) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    // a wildcard, so that what is no key at all gets the answer of a wrong one
    const bodies = new Map([...options.largestBodies].map(([id, most]) => [`${id}/*`, most]));
    for (const [path, bodyLimit] of new Map([['*', LARGEST_BODY], ...bodies])) {
      scope.route({
        ...{ method: ['GET', 'POST', 'OPTIONS'], url: `/webhooks/${path}`, bodyLimit },
        exposeHeadRoute: false,
        handler: (request, reply) => answer(request, reply, options),
      });
    }
    ready();
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { acceptor, clock }: InboundWebhookOptions,
) {
  const knock = knockOf(request, clock());
  try {
    const given = await (knock.request.method === 'POST'
      ? acceptor.deliver(knock)
      : acceptor.shakeHands(knock));
    return given ? send(reply, given) : refuse(reply);
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    request.log.warn({ err: error }, 'a delivery could not be stored');
    const message = 'It can’t be stored at this moment: send it again.';
    return reply.code(503).header('retry-after', '5').send(failureBody('INTERNAL', message));
  }
}

function knockOf(request: FastifyRequest, receivedAt: Date): Knock {
  const { method, headers, body } = request;
  const [path = '', query = ''] = splitOnce(request.raw.url!, '?');
  const [connectorId = '', key = ''] = splitOnce(path.slice('/webhooks/'.length), '/');
  const webhookRequest: WebhookRequest = {
    method: method as WebhookRequest['method'],
    query: Object.fromEntries(new URLSearchParams(query)),
    ...{ headers, receivedAt, clientAddress: request.ip },
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    url: `${request.protocol}://${request.host}${request.raw.url!}`,
  };
  return { connectorId, key, request: webhookRequest };
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function send(reply: FastifyReply, { status, contentType, body, headers = {} }: WebhookAnswer) {
  return reply
    .code(status)
    .headers({
      'content-type': contentType ?? 'text/plain; charset=utf-8',
      // some platforms have us repeat what they say
      'x-content-type-options': 'nosniff',
      ...headers,
    })
    .send(body ?? '');
}

function refuse(reply: FastifyReply) {
  const message =
    'No channel takes this: check the address, and the secret that requests are signed with.';
  return reply.code(401).send(failureBody('UNAUTHENTICATED', message));
}
