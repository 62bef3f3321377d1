import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import type { ConnectedChannel, ConnectorContext } from '../connectors/kit/connector';
import { Rejected } from '../connectors/kit/errors';
import type { ConnectorHttp } from '../connectors/kit/http';
import {
  createConnectorAgent,
  createConnectorHttp,
  type RequestHooks,
} from '../connectors/kit/http-client';
import { OutgoingRefused, type OutgoingGuard } from '../outgoing/guard';
import { hostsOf } from './hosts';
import { hushing, quietLogger } from './hush';
import { openChannel, type ChannelKey, type OpenChannel } from './open-channel';
import { Renewal, type Renew, type RenewalOptions } from './renewal';
import { Siblings } from './siblings';
import { webhookUrlOf } from './webhook-address';

export interface ConnectionsOptions extends RenewalOptions {
  outgoing: OutgoingGuard;
  log: Logger;
  /** What surrounds the requests of a channel, such as its rate budgets. */
  hooksOf?: (key: ChannelKey) => RequestHooks;
  /** The base of the URLs that platforms call, without a slash at its end; null where unknown. */
  publicUrl: string | null;
}

/** How long a channel is remembered where it is asked for at every request, in milliseconds. */
const REMEMBERED = 1_000;

/** Channels with their connectors: read, opened, and given what a connector does its work with. */
export class Connections {
  private readonly remembered = new LRUCache<string, Promise<OpenChannel | null>>({
    max: 5_000,
    ttl: REMEMBERED,
  });
  private readonly agent: Agent;
  private readonly renewal: Renewal;
  /** Channels by their accounts' ids on the platform. */
  readonly siblings: Siblings;

  constructor(private readonly options: ConnectionsOptions) {
    this.agent = createConnectorAgent(options.outgoing);
    this.renewal = new Renewal(options);
    this.siblings = new Siblings(options.sessions);
  }

  /** Every connector that there is, by its id. */
  get connectors() {
    return this.options.connectors;
  }

  /** The channel as it is now; null where there is none that a connector keeps in step. */
  read(workspaceId: string, channelId: string): Promise<OpenChannel | null> {
    const { sessions } = this.options;
    return sessions.with(workspaceId, (session) =>
      openChannel(this.options, session, { workspaceId, channelId }),
    );
  }

  /** The channel as it is, or was within the last second; who asks meanwhile waits for the same look. */
  recall(workspaceId: string, channelId: string): Promise<OpenChannel | null> {
    const name = `${workspaceId}/${channelId}`;
    const known = this.remembered.get(name);
    if (known) return known;
    const look = this.read(workspaceId, channelId);
    this.remembered.set(name, look);
    // only what was found is worth remembering
    const drop = () => {
      if (this.remembered.peek(name) === look) this.remembered.delete(name);
    };
    look.then((open) => open ?? drop(), drop);
    return look;
  }

  /** Has a channel that was changed read anew. */
  forget(workspaceId: string, channelId: string): void {
    this.remembered.delete(`${workspaceId}/${channelId}`);
  }

  /**
   * What the channel's connector does its work with.
   * @throws Error where no connector keeps the channel in step.
   */
  async connectorContext(
    workspaceId: string,
    channelId: string,
    signal: AbortSignal,
  ): Promise<ConnectorContext> {
    const open = await this.read(workspaceId, channelId);
    if (!open) throw new Error(`There is no connected channel ${channelId}.`);
    return this.contextOf(open, signal);
  }

  /**
   * The same for a channel that was read already.
   * @param publicUrl the base by which this process was just called; absent: as it is configured.
   */
  contextOf(
    open: OpenChannel,
    signal: AbortSignal,
    publicUrl = this.options.publicUrl,
  ): ConnectorContext {
    const key: ChannelKey = { workspaceId: open.workspaceId, channelId: open.channelId };
    const hooks = this.options.hooksOf?.(key);
    return this.compose(open, signal, publicUrl, hooks, async (renew) => {
      const renewed = await this.renewal.run(key, renew);
      this.forget(key.workspaceId, key.channelId);
      return renewed.channel;
    });
  }

  /**
   * The same for a channel that is not stored like this, or not yet: what its connector changes of the
   * settings is found in the context's channel afterwards.
   */
  draftContext(open: OpenChannel, signal: AbortSignal, publicUrl: string | null): ConnectorContext {
    let { channel } = open;
    return this.compose(open, signal, publicUrl, undefined, async (renew) => {
      const change = await renew(channel.settings);
      channel = { ...channel, settings: { ...channel.settings, ...change } };
      return channel;
    });
  }

  private compose(
    open: OpenChannel,
    signal: AbortSignal,
    publicUrl: string | null,
    hooks: RequestHooks | undefined,
    renewed: (renew: Renew) => Promise<ConnectedChannel>,
  ): ConnectorContext {
    const { log, clock, outgoing } = this.options;
    const { connector, channel } = open;
    const { manifest } = connector;
    const hosts = hostsOf(manifest, channel.settings);
    const hush = (text: string) => hushing(manifest, context.channel.settings)(text);
    const context: ConnectorContext = {
      channel,
      webhookUrl: webhookUrlOf(open, publicUrl),
      http: createConnectorHttp({ agent: this.agent, signal, hosts, hooks }),
      log: quietLogger(log.child({ connector: manifest.id, channel: channel.id }), hush),
      ...{ signal, clock },
      resolve: (host, encrypted) => resolve(outgoing, host, encrypted),
      renewSettings: async (renew) => {
        context.channel = await renewed(renew);
        return context.channel.settings;
      },
    };
    return context;
  }

  /** HTTP to any host that the operator's guard allows, for files that deliveries name by their URL. */
  httpToAny(signal: AbortSignal): ConnectorHttp {
    return createConnectorHttp({ agent: this.agent, hosts: ['*'], signal });
  }

  /** Closes all connections to platforms. */
  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** The guard speaks of https where what counts is whether the connection is encrypted. */
async function resolve(guard: OutgoingGuard, host: string, encrypted: boolean) {
  const protocol = encrypted ? 'https:' : 'http:';
  try {
    const family = isIP(host) as 0 | 4 | 6;
    if (family === 0) return await guard.lookUp(host, protocol);
    guard.checkLiteral(host, protocol);
    return [{ address: host, family }];
  } catch (error) {
    if (!(error instanceof OutgoingRefused)) throw error;
    throw new Rejected('HOST_NOT_ALLOWED', error.message, { cause: error });
  }
}
