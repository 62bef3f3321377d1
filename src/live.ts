import { setTimeout as delay } from 'node:timers/promises';
import { Closing, type Core } from './core';
import { CHANNEL_CHANGES, channelOfNotice } from './domain/channel/notice';
import { PRESENCE_CHANNEL } from './domain/presence/notice';
import { Hub } from './events/hub/hub';
import { PresenceHub } from './events/hub/presence-hub';
import { LogWatch } from './events/log-watch';
import { Sequencer } from './events/sequencer';
import { startRelay } from './nats/relay';
import { startNatsSource } from './nats/source';
import { startWebhooks } from './webhooks/start-webhooks';

/** The event side of one process. */
export interface Live {
  hub: Hub;
  presence: PresenceHub;
  /** Resolves when every event that was committed before has reached every outlet of this process. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts what the role needs: workers sequence events, relay them and send webhooks; API nodes bring
 * them to subscribers.
 * @param onRevoked told of an API key that the log says is revoked.
 */
export async function startLive(core: Core, onRevoked: (apiKeyId: string) => void): Promise<Live> {
  const { config, log, liveSessions: sessions } = core;
  const closing = new Closing();
  const heartbeatMs = config.heartbeatSeconds * 1_000;
  const hub = new Hub({ sessions, log, heartbeatMs, onRevoked });
  const presence = new PresenceHub(log);
  closing.add(() => Promise.resolve(hub.close()));
  closing.add(() => Promise.resolve(presence.close()));
  try {
    const drains: (() => Promise<unknown>)[] = [];
    if (config.role !== 'api') drains.push(...(await startWorking(core, closing)));
    if (config.role !== 'worker') {
      drains.push(await startFollowing(core, { hub, presence }, closing));
    }
    return {
      hub,
      presence,
      async drain() {
        for (const drain of drains) await drain();
      },
      close: () => closing.run(),
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

/** How often a drain looks again, in milliseconds. */
const LOOK_AGAIN = 5;

/** The worker's side; gives what there is to drain, in order. */
async function startWorking(core: Core, closing: Closing): Promise<(() => Promise<void>)[]> {
  const { config, log, clock, databaseUrl: url, system, bell, secrets, outgoing } = core;
  const sequencer = new Sequencer({ url, log });
  bell.attach(sequencer);
  sequencer.start();
  closing.add(() => sequencer.stop());
  const { webhooks: webhookConfig, nats, eventRetentionDays: retentionDays } = config;
  const webhooks = await startWebhooks({
    ...{ url, log, clock, secrets, outgoing },
    config: webhookConfig,
  });
  closing.add(() => webhooks.stop());
  const relay = nats && (await startRelay({ url, nats, retentionDays, log }));
  if (relay) closing.add(() => relay.stop());
  const isEmpty = async () =>
    (await system.query('select from event_outbox limit 1')).rowCount === 0;
  return [
    async () => {
      sequencer.ring();
      while (!(await isEmpty())) await delay(LOOK_AGAIN);
    },
    () => webhooks.drain(),
    ...(relay ? [() => relay.drain()] : []),
  ];
}

/** The side of API nodes; gives what there is to drain. */
async function startFollowing(
  { config, log, databaseUrl: url, system, connections }: Core,
  { hub, presence }: Pick<Live, 'hub' | 'presence'>,
  closing: Closing,
): Promise<() => Promise<void>> {
  const { nats } = config;
  const watch = new LogWatch({
    ...{ url, system, log },
    listensToHeads: !nats,
    workspaceIds: () => hub.workspaceIds,
    onHeads: (heads) => hub.advance(heads),
    onEvents: (events) => hub.push(events),
    onListening: () => presence.changed(),
    channels: {
      [PRESENCE_CHANNEL]: (notice) => presence.changed(notice.split(' ')[1]),
      [CHANNEL_CHANGES]: (notice) => {
        const { workspaceId, channelId } = channelOfNotice(notice);
        connections.forget(workspaceId, channelId);
      },
    },
  });
  watch.start();
  closing.add(() => watch.stop());
  if (nats) {
    const source = await startNatsSource({
      ...{ nats, log },
      onEvents: (events) => hub.push(events),
      // what is looked for in vain is looked for again a second later
      onGap: () => void watch.look().catch(() => undefined),
    });
    closing.add(() => source.stop());
  }
  return () => watch.look();
}
