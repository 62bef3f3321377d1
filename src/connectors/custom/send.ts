import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type {
  ConnectorContext,
  OutboundAttachment,
  OutboundMessage,
  SentMessage,
} from '../kit/connector';
import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../kit/errors';
import type { ConnectorResponse } from '../kit/http';
import { secondsAsked } from '../kit/rate-limits';

const answer = z.object({
  externalId: z.string().min(1).max(500),
  sentAt: z.iso.datetime({ offset: true }).optional(),
  status: z.enum(['SENT', 'DELIVERED']).optional(),
  platform: z.record(z.string(), z.unknown()).optional(),
  conversationPlatform: z.record(z.string(), z.unknown()).optional(),
});

const refusal = z.object({
  code: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .optional(),
  message: z.string().min(1).max(500).optional(),
});

/** Posts a message to the channel's address; see BEHAVIOR.md. */
export async function send(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  const body = JSON.stringify(await presented(message));
  const url = sendUrl(context);
  const headers = { 'content-type': 'application/json', ...signed(message, body, context) };
  const response = await context.http.request({
    method: 'POST',
    url,
    headers,
    body,
    bucket: 'send',
  });
  refuse(response, context.clock());
  if (response.status >= 500) {
    throw new OutcomeUnknown(`Your transport answered ${response.status}.`);
  }
  if (response.status >= 300) throw rejected(response);
  return sentBy(response);
}

/** Asks by the client key whether a message is there: 404 says that it is not. */
export async function findSent(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const url = new URL(sendUrl(context));
  url.searchParams.set('clientKey', message.clientKey);
  const headers = signed(message, '', context);
  const response = await context.http.request({ url: url.href, headers, bucket: 'send' });
  if (response.status === 404) return null;
  refuse(response, context.clock());
  if (response.status >= 300) {
    throw new OutcomeUnknown(`Your transport answered ${response.status} when it was asked.`);
  }
  return sentBy(response);
}

function sendUrl({ channel: { settings } }: ConnectorContext): string {
  const url = settings['sendUrl'];
  if (typeof url === 'string') return url;
  throw new Rejected('NOT_SET_UP', 'The channel has no address for outgoing messages: set one.');
}

function signed(
  { clientKey }: OutboundMessage,
  body: string,
  { channel: { settings }, clock }: ConnectorContext,
): Record<string, string> {
  const now = clock();
  return {
    'webhook-id': clientKey,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(String(settings['signingSecret'])).sign(clientKey, now, body),
  };
}

async function presented(message: OutboundMessage): Promise<object> {
  const { id, clientKey, body, content, replyTo, queuedAt, isHuman, authorName } = message;
  const { history: _, ...conversation } = message.conversation;
  return {
    ...{ type: 'message', id, clientKey, body, content, queuedAt, isHuman, authorName },
    replyTo: replyTo && { externalId: replyTo.externalId },
    attachments: await Promise.all(message.attachments.map(presentedFile)),
    conversation,
  };
}

async function presentedFile(file: OutboundAttachment): Promise<object> {
  const { fileName, contentType, byteSize } = file;
  return { fileName, contentType, byteSize, bytes: (await file.read()).toString('base64') };
}

/** What is the same for both: the platform asks to wait, or knows us no longer. */
function refuse({ status, headers }: ConnectorResponse, now: Date): void {
  const asked = secondsAsked(headers, now);
  if (status === 429 || (status === 503 && asked !== null)) {
    throw new RetryLater('Your transport asks to wait.', asked ?? undefined);
  }
  if (status === 401 || status === 403) {
    throw new ReconnectNeeded(`Your transport refuses the signature (${status}).`);
  }
}

function rejected(response: ConnectorResponse): Rejected {
  const { code = 'REJECTED', message } = refusal.safeParse(response.json()).data ?? {};
  return new Rejected(code, message ?? `Your transport refused the message (${response.status}).`);
}

function sentBy(response: ConnectorResponse): SentMessage {
  const { data } = answer.safeParse(response.json());
  if (!data) throw new OutcomeUnknown('Your transport’s answer can’t be read.');
  const { sentAt, ...rest } = data;
  return { ...rest, ...(sentAt !== undefined && { sentAt: new Date(sentAt) }) };
}
