import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { Connections } from '../connections/connections';
import type { OpenChannel } from '../connections/open-channel';
import { channelOfWebhookKey } from '../connections/webhook-address';
import type {
  ConnectedChannel,
  Connector,
  WebhookAnswer,
  WebhookRequest,
} from '../connectors/kit/connector';
import { NIL_UUID } from '../domain/kit/input';
import { SecretUnreadable } from '../secrets/secret-box';
import type { DeliveryDesk } from './delivery-desk';
import type { SenderLimits } from './sender-limits';
import { storableHeaders, storableKey } from './storable';

/** A request to a channel's address, and the two parts of the path that name the channel. */
export interface Knock {
  connectorId: string;
  key: string;
  request: WebhookRequest;
}

export interface AcceptorOptions {
  connections: Connections;
  desk: DeliveryDesk;
  limits: SenderLimits;
  log: Pick<Logger, 'warn' | 'error'>;
}

/** What a connector makes of a request to a channel; null where it refuses. */
type Judge<T> = (connector: Connector, channel: ConnectedChannel) => T | null;

const nobody = { workspaceId: NIL_UUID, channelId: NIL_UUID };
const done: WebhookAnswer = { status: 200 };

/**
 * Takes in what platforms send: checks by the raw bytes that it is theirs, stores it, and answers.
 * What is refused is refused in the same way whatever the reason, and takes about as long: what comes
 * to an unknown address is checked as well, against a channel that there is not.
 */
export class Acceptor {
  constructor(private readonly options: AcceptorOptions) {}

  /**
   * Stores a delivery; the answer comes once it is safe. A channel that is paused takes it too.
   * @returns null for what is refused.
   */
  async deliver(knock: Knock): Promise<WebhookAnswer | null> {
    const { request } = knock;
    const verify: Judge<true> = ({ webhook }, channel) =>
      webhook?.verify(request, channel) === true ? true : null;
    const admitted = await this.admit(knock, verify);
    if (!admitted) return null;
    const { webhook } = admitted.open.connector;
    const refused = webhook?.senderLimit && (await this.limit(admitted.open, request));
    if (refused) return refused;
    const { channel } = admitted.open;
    if (!webhook?.screen) {
      const name = this.attempt(admitted.open, () =>
        webhook?.eventKey?.(request.body, request.headers),
      );
      const takers = await this.takersOf(admitted.open, request);
      await Promise.all(takers.map((open) => this.store(open, request, name)));
      return this.attempt(admitted.open, () => webhook?.answer?.(request, channel)) ?? done;
    }
    const screening = await webhook.screen(request, channel);
    if (screening.isTaken) await this.store(admitted.open, request, screening.eventKey);
    return screening.answer;
  }

  /**
   * Whose a request is: where it names accounts, of the channels with these accounts those whose own
   * secrets verify it, and else the channel's that it came to.
   */
  private async takersOf(open: OpenChannel, request: WebhookRequest): Promise<OpenChannel[]> {
    const { webhook } = open.connector;
    if (!webhook?.accounts) return [open];
    const named = this.attempt(open, () => webhook.accounts!(request.body)) ?? [];
    const { externalId } = open.channel;
    const others = new Set(named);
    const isOwn = others.delete(externalId);
    if (others.size === 0) return [open];
    const siblings = await this.siblingsOf(open, [...others], request);
    return isOwn || siblings.length === 0 ? [open, ...siblings] : siblings;
  }

  private async siblingsOf(
    { workspaceId, connector, channelId: own }: OpenChannel,
    accounts: readonly string[],
    request: WebhookRequest,
  ): Promise<OpenChannel[]> {
    const { connections, log } = this.options;
    const ids = await connections.siblings.find(workspaceId, connector.manifest.id, accounts);
    const verified = ids.map(async (channelId) => {
      if (channelId === own) return [];
      const known = await this.read(() => connections.recall(workspaceId, channelId));
      if (known && this.verifies(known, request)) return [known];
      connections.forget(workspaceId, channelId);
      const fresh = known && (await this.read(() => connections.recall(workspaceId, channelId)));
      if (fresh && this.verifies(fresh, request)) return [fresh];
      log.warn({ channel: channelId }, 'a delivery is not verified by the secret of its account');
      return [];
    });
    return (await Promise.all(verified)).flat();
  }

  private verifies(open: OpenChannel, request: WebhookRequest): boolean {
    const { connector, channel, status } = open;
    if (status === 'DISCONNECTED') return false;
    return this.attempt(open, () => connector.webhook?.verify(request, channel)) === true;
  }

  private store(
    { workspaceId, channelId }: OpenChannel,
    { body, headers }: WebhookRequest,
    name: string | null,
  ): Promise<void> {
    return this.options.desk.store(workspaceId, {
      ...{ channelId, body, source: 'WEBHOOK' },
      eventKey: storableKey(name, body),
      headers: storableHeaders(headers),
    });
  }

  /** What is answered where too much has come from the sender's address. */
  private async limit(open: OpenChannel, request: WebhookRequest): Promise<WebhookAnswer | null> {
    const limit = open.connector.webhook!.senderLimit!;
    const { channel } = open;
    const allowance = limit.allowance(channel);
    const wait = await this.options.limits.take(open, request.clientAddress, allowance);
    return wait === null ? null : limit.tooMany(request, channel, wait);
  }

  /** Answers who asks before anything is sent: a platform, or a browser; null refuses. */
  async shakeHands(knock: Knock): Promise<WebhookAnswer | null> {
    const { request } = knock;
    const which = request.method === 'OPTIONS' ? 'preflight' : 'handshake';
    const admitted = await this.admit(
      knock,
      ({ webhook }, channel) => webhook?.[which]?.(request, channel) ?? null,
    );
    return admitted?.verdict ?? null;
  }

  /**
   * Has the connector judge the request. What it refuses is judged once more by the channel as it is
   * in the database now, so that a secret that was just changed counts at once.
   */
  private async admit<T>(
    { connectorId, key }: Knock,
    judge: Judge<T>,
  ): Promise<{ open: OpenChannel; verdict: T } | null> {
    const { connections } = this.options;
    const { workspaceId, channelId } = channelOfWebhookKey(key) ?? nobody;
    const isMeant = (open: OpenChannel | null) =>
      open !== null && open.connector.manifest.id === connectorId && isOpenTo(key, open);
    const known = await this.read(() => connections.recall(workspaceId, channelId));
    const first = this.judge(connectorId, isMeant(known) ? known : null, judge);
    if (first) return first;
    const fresh = known && (await this.read(() => connections.read(workspaceId, channelId)));
    const second = this.judge(connectorId, isMeant(fresh) ? fresh : null, judge);
    if (second) connections.forget(workspaceId, channelId);
    return second;
  }

  private judge<T>(
    connectorId: string,
    open: OpenChannel | null,
    judge: Judge<T>,
  ): { open: OpenChannel; verdict: T } | null {
    const { connectors } = this.options.connections;
    if (!open) {
      const connector = Object.hasOwn(connectors, connectorId) && connectors[connectorId];
      const stranger = connector || Object.values(connectors).find(({ webhook }) => webhook);
      if (stranger) this.attempt(null, () => judge(stranger, strangerOf(stranger)));
      return null;
    }
    const verdict = this.attempt(open, () => judge(open.connector, open.channel));
    return verdict === null ? null : { open, verdict };
  }

  /** Secrets that can't be read let nobody in. */
  private async read(look: () => Promise<OpenChannel | null>): Promise<OpenChannel | null> {
    try {
      return await look();
    } catch (err) {
      if (!(err instanceof SecretUnreadable)) throw err;
      this.options.log.error({ err }, 'a channel takes no deliveries: its secrets are unreadable');
      return null;
    }
  }

  /** What a connector throws counts as nothing. */
  private attempt<T>(open: OpenChannel | null, ask: () => T | null | undefined): T | null {
    try {
      return ask() ?? null;
    } catch (err) {
      if (open) this.options.log.warn({ err, channel: open.channel.id }, 'a webhook check failed');
      return null;
    }
  }
}

/** Whether a channel takes requests with this key, which is a secret. */
function isOpenTo(key: string, { webhookKey, status }: OpenChannel): boolean {
  if (webhookKey === null || status === 'DISCONNECTED') return false;
  const [given, own] = [Buffer.from(key), Buffer.from(webhookKey)];
  return given.length === own.length && timingSafeEqual(given, own);
}

const strangers = new WeakMap<Connector, ConnectedChannel>();

/** A channel that there is not, whose secrets nobody knows. */
function strangerOf(connector: Connector): ConnectedChannel {
  let stranger = strangers.get(connector);
  if (!stranger) {
    const secret = randomBytes(32).toString('base64');
    const settings = connector.manifest.settings.map(({ key }) => [key, secret] as const);
    stranger = {
      ...{ id: '', name: '', externalId: '', identityScope: '' },
      settings: Object.fromEntries(settings),
    };
    strangers.set(connector, stranger);
  }
  return stranger;
}
