import { once } from 'node:events';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { Running } from '../support/process';
import { BlueskyNetwork } from './bluesky-network';
import { Person } from './bluesky-person';

const ENV = {
  PARLEY_SECRET_KEY: 'ab'.repeat(32),
  PARLEY_OUTGOING_ALLOW: 'localhost',
  PARLEY_SEND_RETRY_FIRST_SECONDS: '0.2',
  // how long what a killed process was sending is left alone
  PARLEY_SEND_TIMEOUT_SECONDS: '5',
};

/** A channel of a brand, and who may see it. */
export interface Line {
  id: string;
  owner: Client;
  workspaceId: string;
  brand: Person;
}

/** A Parley whose connectors run in a process that can be killed, and a network. */
export class BlueskyWorld {
  private worker: Running | null = null;

  private constructor(
    readonly network: BlueskyNetwork,
    readonly parley: TestApp,
  ) {}

  static async create(): Promise<BlueskyWorld> {
    const network = await BlueskyNetwork.start();
    const parley = await startTestApp(ENV, 'api', { clock: () => new Date() });
    const world = new BlueskyWorld(network, parley);
    await world.startWorker();
    return world;
  }

  async startWorker(): Promise<void> {
    this.worker = new Running('main.ts', {
      args: ['worker'],
      env: { ...ENV, DATABASE_URL: this.parley.database.url, PORT: '0' },
    });
    await this.worker.says(/Parley runs jobs here/);
  }

  async killWorker(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    if (!worker) return;
    const gone = once(worker.child, 'exit');
    worker.signalGroup('SIGKILL');
    await gone;
  }

  join(name: string): Promise<Person> {
    return Person.join(this.network.service, name);
  }

  /** A brand with a workspace of its own, connected by an app password. */
  async line(settings: object = {}): Promise<Line> {
    const brand = await this.join('brand');
    const { owner, workspaceId } = await this.parley.workspace();
    const given = {
      ...{ identifier: brand.handle, appPassword: await brand.appPassword() },
      ...{ service: this.network.service, historyDays: 7, ...settings },
    };
    const id = await this.connect(owner, given);
    return { id, owner, workspaceId, brand };
  }

  private async connect(owner: Client, given: Record<string, unknown>): Promise<string> {
    const { channel } = await must<{ channel: { id: string } }>(
      owner,
      'channelConnect',
      { connector: 'bluesky', input: { settings: given } },
      'channel { id }',
    );
    return channel.id;
  }

  async close(): Promise<void> {
    await this.killWorker();
    await this.parley.close();
    await this.network.stop();
  }
}
