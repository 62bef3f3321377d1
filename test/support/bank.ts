import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silent, type Capabilities } from '../../src/connectors/kit/capabilities';
import { defineConnector, type ConnectorContext } from '../../src/connectors/kit/connector';
import { ReconnectNeeded, Rejected, RetryLater } from '../../src/connectors/kit/errors';

/**
 * A platform in miniature, spoken to by HTTP: accounts with passwords, and tokens that can be renewed
 * once each. It says what it was sent in its refusals, as real ones do.
 */
export class Bank {
  /** Passwords by account. */
  readonly passwords = new Map<string, string>();
  /** The refresh token of each account that is good; each is good for one renewal. */
  readonly refreshTokens = new Map<string, string>();
  /** Everything that it was asked. */
  readonly asked: string[] = [];
  /** The addresses that it was told to call. */
  readonly hooks = new Map<string, string>();
  /** What every answer is while it is set. */
  outage: number | null = null;
  /** How long an answer takes, in milliseconds. */
  delay = 0;
  private serial = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
    this.asked.push(`${request.method} ${request.url}`);
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    const [status, answer] = this.outage ? [this.outage, {}] : this.reply(request.url!, body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }

  private reply(path: string, body: Record<string, string>): [number, object] {
    const { account = '', password = '', refreshToken = '', hook = '' } = body;
    const isKnown = this.passwords.get(account) === password;
    switch (path) {
      case '/session':
        if (!isKnown) return [401, { error: `no account ${account} with ${password}` }];
        return [200, { name: `Account ${account}`, refreshToken: this.newToken(account) }];
      case '/renew':
        if (this.refreshTokens.get(account) !== refreshToken) {
          return [400, { error: 'invalid_grant' }];
        }
        return [200, { refreshToken: this.newToken(account) }];
      case '/check':
        return isKnown ? [200, {}] : [401, { error: `no account ${account} with ${password}` }];
      case '/hook':
        if (hook === '') this.hooks.delete(account);
        else this.hooks.set(account, hook);
        return [200, {}];
      default:
        return [404, {}];
    }
  }

  private newToken(account: string): string {
    const token = `refresh-${account}-${(this.serial += 1)}-0123456789`;
    this.refreshTokens.set(account, token);
    return token;
  }
}

const texts: Capabilities = {
  ...silent,
  text: { longest: 500, unit: 'utf16', markup: 'NONE' },
  media: { image: { contentTypes: ['image/png'], largestBytes: 1_000, most: 2 } },
};

async function post(context: ConnectorContext, path: string, more: object = {}) {
  const { settings } = context.channel;
  const { account, password, server } = settings as Record<string, string>;
  const response = await context.http.request({
    ...{ method: 'POST', url: new URL(path, server).href, changes: false },
    json: { account, password, ...more },
  });
  const answer = response.json() as Record<string, string>;
  if (response.status === 401) throw new ReconnectNeeded(`The bank says: ${answer.error}.`);
  if (response.status === 400) throw new ReconnectNeeded(`The bank says: ${answer.error}.`);
  if (response.status === 403) throw new Rejected('BLOCKED', 'The bank has blocked the account.');
  if (response.status !== 200) throw new RetryLater('The bank is closed at the moment.');
  return answer;
}

/** The connector to it, with a setting of every kind. */
export const bank = defineConnector({
  manifest: {
    id: 'bank',
    label: 'Bank',
    description: 'Messages of a bank.',
    kind: 'CUSTOM',
    hosts: [],
    settings: [
      { kind: 'url', key: 'server', label: 'Server', description: 'Its URL.' },
      { kind: 'text', key: 'account', label: 'Account', description: 'Yours.', longest: 40 },
      { kind: 'text', key: 'password', label: 'Password', description: 'Yours.', secret: true },
      {
        ...{
          kind: 'text',
          key: 'pin',
          label: 'Pin',
          description: 'Four digits.',
          pattern: '\\d{4}',
        },
        ...{ secret: true, optional: true },
      },
      { kind: 'host', key: 'host', label: 'Host', description: 'A host.', optional: true },
      {
        ...{ kind: 'number', key: 'port', label: 'Port', description: 'A port.' },
        ...{ least: 1, most: 65_535, default: 993 },
      },
      { kind: 'toggle', key: 'loud', label: 'Loud', description: 'Or not.', default: false },
      {
        ...{ kind: 'choice', key: 'mode', label: 'Mode', description: 'How.', default: 'slow' },
        choices: [
          { value: 'slow', label: 'Slowly' },
          { value: 'fast', label: 'Fast' },
        ],
      },
      {
        ...{ kind: 'list', key: 'origins', label: 'Origins', description: 'Whence.', most: 3 },
        ...{ pattern: 'https://.+', optional: true },
      },
      { kind: 'form', key: 'questions', label: 'Questions', description: 'Asked.', default: [] },
      {
        ...{ kind: 'channel', key: 'mail', label: 'Mail', description: 'For answers.' },
        ...{ connector: 'bank', optional: true },
      },
      {
        ...{ kind: 'text', key: 'refreshToken', label: 'Token', description: 'Its session.' },
        ...{ secret: true, internal: true, optional: true },
      },
    ],
    capabilities: { private: texts },
    visibility: 'PRIVATE',
    resend: 'unsafe',
  },
  webhook: { verify: () => false },
  normalise: () => [],
  send: () => Promise.reject(new RetryLater('The bank takes no mail.')),
  async connect(context) {
    const { name, refreshToken } = await post(context, '/session');
    const { account, password } = context.channel.settings as Record<string, string>;
    const err = new Error(`${password} failed`, { cause: { url: `/?p=${password}` } });
    context.log.info({ channel: context.channel, name, err }, `signed in with ${password}`);
    context.log.child({ password }).warn(err, '%s', password);
    return { externalId: account!.toLowerCase(), name, settings: { refreshToken } };
  },
  async register(context) {
    await post(context, '/hook', { hook: context.webhookUrl ?? '' });
  },
  async probe(context) {
    await post(context, '/check');
  },
  async disconnect(context) {
    await post(context, '/hook', { hook: '' });
  },
});

/** Renews the token as connectors do: another process may have done it since it was read. */
export async function renewToken(context: ConnectorContext): Promise<string> {
  const used = context.channel.settings.refreshToken;
  const settings = await context.renewSettings(async (now) => {
    if (now.refreshToken !== used) return null;
    const { refreshToken } = await post(context, '/renew', { refreshToken: now.refreshToken });
    return { refreshToken };
  });
  return settings.refreshToken as string;
}

/** One that asks nobody: each of its channels is an account of its own. */
export const shelf = defineConnector({
  manifest: {
    ...{ id: 'shelf', label: 'Shelf', description: 'Nothing moves.', kind: 'CUSTOM', hosts: [] },
    settings: [{ kind: 'text', key: 'note', label: 'Note', description: 'Any.', optional: true }],
    ...{ capabilities: {}, visibility: 'PRIVATE', resend: 'unsafe' },
  },
  normalise: () => [],
  templates: () => Promise.resolve([]),
});
