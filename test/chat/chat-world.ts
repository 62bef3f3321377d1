import { createHmac } from 'node:crypto';
import type { AppOptions } from '../../src/app';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { unique } from '../support/world';

export const ORIGIN = 'https://shop.example';

/** A web chat and who owns it. */
export interface Chat {
  owner: Client;
  workspaceId: string;
  /** `chn_…` */
  channelId: string;
  secret: string;
}

/** A conversation as its customer sees it. */
export interface SeenConversation {
  id: string;
  status: string;
  messages: {
    nodes: {
      id: string;
      author: string;
      authorName: string | null;
      body: string;
      attachments: { fileName: string; url: string }[];
    }[];
  };
}

export const CONVERSATION = `id status
  messages(first: 100) { nodes { id author authorName body attachments { fileName url } } }`;

export const QUESTIONS = [
  { key: 'name', label: 'Your name', kind: 'line', required: true },
  { key: 'topic', label: 'Topic', kind: 'choice', required: false, choices: ['Order', 'Other'] },
];

/** A Parley with web chats. */
export class ChatWorld {
  private constructor(readonly parley: TestApp) {}

  static async create(options: AppOptions = {}): Promise<ChatWorld> {
    const env = { PARLEY_SECRET_KEY: 'ab'.repeat(32) };
    return new ChatWorld(await startTestApp(env, 'all', options));
  }

  async chat(settings: object = {}, of?: { owner: Client; workspaceId: string }): Promise<Chat> {
    const { owner, workspaceId } = of ?? (await this.parley.workspace());
    const secret = unique('a-signing-secret-of-at-least-43-characters-');
    const given = { origins: [ORIGIN], signingSecret: secret, ...settings };
    const { channel } = await must<{ channel: { id: string } }>(
      owner,
      'channelConnect',
      { connector: 'web-chat', input: { name: 'Shop', settings: given } },
      'channel { id }',
    );
    return { owner, workspaceId, channelId: channel.id, secret };
  }

  /** Asks for a visitor's token. */
  async openSession(channelId: string, origin: string | null = ORIGIN): Promise<Response> {
    return fetch(`${this.parley.url}/chat/${channelId}/sessions`, {
      method: 'POST',
      headers: origin === null ? {} : { origin },
    });
  }

  async visitor({ channelId }: Chat): Promise<Client> {
    const { token } = (await (await this.openSession(channelId)).json()) as { token: string };
    return this.parley.as(token);
  }

  /** A token as the company's server signs it; what `claims` has as undefined is left out. */
  sign({ channelId, secret }: Chat, claims: object = {}, header: object = {}): string {
    const seconds = Math.floor(this.parley.now().getTime() / 1_000);
    const payload = { sub: 'customer-1', aud: channelId, exp: seconds + 600, ...claims };
    const parts = [{ alg: 'HS256', ...header }, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signature = createHmac('sha256', secret).update(parts.join('.')).digest('base64url');
    return [...parts, signature].join('.');
  }

  signedIn(chat: Chat, claims: object = {}): Client {
    return this.parley.as(this.sign(chat, claims));
  }

  /** Begins a conversation; gives its id. */
  async start(customer: Client, input: object = {}): Promise<string> {
    const { conversation } = await must<{ conversation: { id: string } }>(
      customer,
      'chatStart',
      { input: { body: 'Where is my parcel?', clientKey: unique('key'), ...input } },
      'conversation { id } message { id }',
    );
    return conversation.id;
  }

  async see(customer: Client, id: string): Promise<SeenConversation | null> {
    const { chat } = await customer.query<{ chat: { conversation: SeenConversation | null } }>(
      `query ($id: ID!) { chat { conversation(id: $id) { ${CONVERSATION} } } }`,
      { id },
    );
    return chat.conversation;
  }

  /** Has an agent answer, and the answer sent. */
  async answer({ owner }: Chat, conversationId: string, body: string): Promise<string> {
    const { message } = await must<{ message: { id: string } }>(
      owner,
      'messageSend',
      { conversationId, input: { body } },
      'message { id }',
    );
    await this.parley.app.drain();
    return message.id;
  }
}
