import type { AppOptions } from '../../src/app';
import type { Env } from '../../src/config/env';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, uuid } from '../support/owner';

/** A form that anybody may fill in. */
export interface ContactForm {
  owner: Client;
  channelId: string;
  /** As the API names it. */
  id: string;
  /** Where it is sent to. */
  url: string;
}

/** A conversation, as agents see it. */
export interface Seen {
  subject: string;
  answers: { key: string; label: string; value: string }[] | null;
  customer: { id: string; name: string | null; email: string | null; phone: string | null };
  messages: {
    body: string;
    direction: string;
    attachments: {
      nodes: { fileName: string; contentType: string; byteSize: string; status: string }[];
    };
  }[];
}

/** A whole Parley with contact forms. */
export class FormWorld {
  private constructor(readonly parley: TestApp) {}

  static async create(env: Env = {}, options: AppOptions = {}): Promise<FormWorld> {
    const all = { PARLEY_SECRET_KEY: 'ab'.repeat(32), ...env };
    return new FormWorld(await startTestApp(all, 'all', options));
  }

  /** A form in a workspace of its own. */
  async connect(settings: Record<string, unknown> = {}): Promise<ContactForm> {
    const { owner } = await this.parley.workspace();
    const { channel } = await must<{ channel: { id: string; webhookUrl: string } }>(
      owner,
      'channelConnect',
      { connector: 'contact-form', input: { settings } },
      'channel { id webhookUrl }',
    );
    const { id, webhookUrl: url } = channel;
    return { owner, id, url, channelId: uuid(id) };
  }

  /** Everything that has come by a form, the oldest first. */
  async seen({ owner }: ContactForm): Promise<Seen[]> {
    await this.parley.app.drain();
    const { conversations } = await owner.query<{
      conversations: {
        nodes: (Omit<Seen, 'messages'> & { messages: { nodes: Seen['messages'] } })[];
      };
    }>(`{ conversations(first: 50) { nodes {
      subject answers { key label value } customer { id name email phone }
      messages(first: 10) { nodes { body direction attachments(first: 10) { nodes { fileName contentType byteSize status } } } }
    } } }`);
    return conversations.nodes.map((it) => ({ ...it, messages: it.messages.nodes })).reverse();
  }

  /** How many submissions are kept as they came. */
  async kept({ channelId }: ContactForm): Promise<number> {
    const [row] = await asOwner<{ count: string }>(
      this.parley,
      'select count(*) from inbound_delivery where channel_id = $1',
      [channelId],
    );
    return Number(row!.count);
  }

  close(): Promise<void> {
    return this.parley.close();
  }
}

export const post = (
  { url }: ContactForm,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
): Promise<Response> => fetch(url, { method: 'POST', body, headers, redirect: 'manual' });

/** As a script on a page sends it. */
export const postJson = (form: ContactForm, body: unknown, headers: Record<string, string> = {}) =>
  post(form, typeof body === 'string' ? body : JSON.stringify(body), {
    'content-type': 'application/json',
    ...headers,
  });

/** As a browser sends a form that needs no scripts. */
export const postForm = (
  form: ContactForm,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) => post(form, new URLSearchParams(fields), { accept: 'text/html,*/*;q=0.8', ...headers });

export const ada = { name: 'Ada', email: 'Ada@example.com', message: 'Where is my parcel?' };
