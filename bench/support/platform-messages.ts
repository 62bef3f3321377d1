import { createHmac } from 'node:crypto';
import { conformance as ofCustom } from '../../src/connectors/custom/conformance';
import type { ConformanceFacts } from '../../src/connectors/kit/conformance/subject';
import { conformance as ofWhatsapp } from '../../src/connectors/whatsapp/conformance';
import { conformance as ofX } from '../../src/connectors/x/conformance';
import { BODY_TAIL } from './parley-live';

/** Whose deliveries are made. */
export type PlatformName = 'custom' | 'whatsapp' | 'x';

/** One delivery of one small text message. */
interface Delivery {
  body: string;
  headers: Record<string, string>;
}

export interface PlatformMessages {
  facts: ConformanceFacts;
  /**
   * Writes and signs a message.
   * @param prefix tells the deliveries of one order from those of all others.
   */
  write(prefix: string, number: number): Delivery;
}

/** Each conversation has its own author, and gets a message every thousand. */
const CONVERSATIONS = 1_000;

const textOf = (number: number) => `Message ${number} ${BODY_TAIL}`;

/** Digits that stand for a text, the same ones each time. */
function digitsOf(text: string, count: number): string {
  let hash = 7;
  for (const char of text) hash = (hash * 31 + char.charCodeAt(0)) % 1_000_000_007;
  return String(hash).padStart(count, '1').slice(-count);
}

/** A signature of Meta's or X's kind, which the facts make. */
function signed(facts: ConformanceFacts, content: object): Delivery {
  const body = JSON.stringify(content);
  const { webhook, settings } = facts;
  if (!webhook || !('sign' in webhook)) throw new Error('The platform signs nothing.');
  return { body, headers: webhook.sign(Buffer.from(body), settings, new Date()) };
}

/** Parley's own items, as a chat brings them: there is nothing to translate. */
const custom: PlatformMessages = {
  facts: ofCustom,
  write(prefix, number) {
    const id = `${prefix}-${number}`;
    const thread = `${prefix}-${number % CONVERSATIONS}`;
    const item = {
      type: 'message',
      threadKey: thread,
      externalId: id,
      direction: 'INBOUND',
      author: { externalId: thread, displayName: 'Ada Abara' },
      sentAt: new Date().toISOString(),
      body: textOf(number),
    };
    const body = JSON.stringify({ items: [item] });
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const secret = String(ofCustom.settings.signingSecret).slice('whsec_'.length);
    const hmac = createHmac('sha256', Buffer.from(secret, 'base64'));
    const signature = hmac.update(`${id}.${timestamp}.${body}`).digest('base64');
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    return { body, headers };
  },
};

/** A text message in the shape of Meta's own sample. */
const whatsapp: PlatformMessages = {
  facts: ofWhatsapp,
  write(prefix, number) {
    const phone = `1${digitsOf(prefix, 6)}${String(number % CONVERSATIONS).padStart(4, '0')}`;
    const { phoneNumberId, businessAccountId } = ofWhatsapp.settings;
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
      contacts: [{ profile: { name: 'Ada Abara' }, wa_id: phone }],
      messages: [
        {
          from: phone,
          id: `wamid.${prefix}-${number}`,
          timestamp: String(Math.floor(Date.now() / 1_000)),
          text: { body: textOf(number) },
          type: 'text',
        },
      ],
    };
    return signed(ofWhatsapp, {
      object: 'whatsapp_business_account',
      entry: [{ id: businessAccountId, changes: [{ value, field: 'messages' }] }],
    });
  },
};

/** An answer to the company in public, with its author and the post that it answers. */
const x: PlatformMessages = {
  facts: ofX,
  write(prefix, number) {
    const company = ofX.account.externalId;
    const person = String(number % CONVERSATIONS).padStart(4, '0');
    const author = `2${digitsOf(prefix, 9)}${person}`;
    const root = `20${digitsOf(prefix, 9)}0000${person}`;
    const id = `21${digitsOf(prefix, 9)}${String(number).padStart(8, '0')}`;
    const now = new Date().toISOString();
    const post = (own: { id: string; text: string; author_id: string }) => ({
      ...{ created_at: now, edit_history_tweet_ids: [own.id], conversation_id: root, ...own },
      ...{ possibly_sensitive: false, reply_settings: 'everyone', lang: 'en' },
    });
    const answer = post({ id, author_id: author, text: `@acmebikes ${textOf(number)}` });
    const user = (userId: string, username: string, name: string) => ({
      ...{ id: userId, username, name, verified: false, protected: false },
      created_at: '2020-01-05T10:00:00.000Z',
      profile_image_url: `https://pbs.twimg.com/profile_images/${userId}/a_normal.jpg`,
      public_metrics: { followers_count: 97, following_count: 12, tweet_count: 340 },
    });
    return signed(ofX, {
      data: {
        event_uuid: id,
        filter: { user_id: company },
        event_type: 'post.reply.create',
        tag: 'replies',
        payload: {
          ...answer,
          in_reply_to_tweet_id: root,
          in_reply_to_user_id: company,
          referenced_tweets: [{ type: 'replied_to', id: root }],
          entities: { mentions: [{ start: 0, end: 10, username: 'acmebikes', id: company }] },
        },
        includes: {
          users: [user(author, `ada${person}`, 'Ada Abara'), user(company, 'acmebikes', 'Acme')],
          tweets: [post({ id: root, author_id: company, text: 'New winter tyres are in' })],
        },
      },
    });
  },
};

export const platformMessages: Record<PlatformName, PlatformMessages> = { custom, whatsapp, x };
