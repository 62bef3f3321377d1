import type { AppOptions } from '../../src/app';
import type { Env } from '../../src/config/env';
import { SteppedClock } from '../../src/simulator/clock';
import type { Platform } from '../../src/simulator/platform';
import { Simulation, type SimulationOptions } from '../../src/simulator/simulation';
import { startTestApp, type TestApp } from '../support/app';
import { call, must } from '../support/call';
import type { Client } from '../support/client';
import { until } from '../support/process';

/** A channel of Parley's that is connected to a simulated platform. */
export interface SimulatedChannel {
  id: string;
  owner: Client;
  workspaceId: string;
  webhookUrl: string;
}

/** A Parley, and simulated platforms that its channels are connected to; both go by one clock. */
export class SimulatedWorld {
  private readonly simulations: Simulation<never>[] = [];

  private constructor(readonly parley: TestApp) {}

  static async create(options: AppOptions = {}, env: Env = {}): Promise<SimulatedWorld> {
    const settings = {
      PARLEY_SECRET_KEY: 'ab'.repeat(32),
      PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
      PARLEY_SEND_RETRY_FIRST_SECONDS: '0.02',
      PARLEY_SEND_RETRY_LONGEST_SECONDS: '0.05',
    };
    return new SimulatedWorld(await startTestApp({ ...settings, ...env }, 'all', options));
  }

  /** A platform whose time is Parley's when it begins, and stands still. */
  async simulate<State>(
    platform: Platform<State>,
    options: SimulationOptions = {},
  ): Promise<Simulation<State> & { clock: SteppedClock }> {
    const clock = new SteppedClock(this.parley.now());
    const simulation = await Simulation.start(platform, { clock, ...options });
    this.simulations.push(simulation as unknown as Simulation<never>);
    return simulation as Simulation<State> & { clock: SteppedClock };
  }

  /** Connects a channel through the API, and registers its address where nobody has yet. */
  async connect<State>(
    simulation: Simulation<State>,
    input: { settings?: object; name?: string } = {},
    of?: { owner: Client; workspaceId: string },
  ): Promise<SimulatedChannel> {
    const { owner, workspaceId } = of ?? (await this.parley.workspace());
    const settings = { ...simulation.settings, ...input.settings };
    const { channel } = await must<{ channel: { id: string; webhookUrl: string } }>(
      owner,
      'channelConnect',
      { connector: simulation.platform.id, input: { ...input, settings } },
      'channel { id webhookUrl }',
    );
    const isRegistered = simulation.hooks.some(({ url }) => url === channel.webhookUrl);
    if (!isRegistered) await simulation.addHook({ url: channel.webhookUrl });
    return { ...channel, owner, workspaceId };
  }

  /** Lets seconds pass for all platforms and Parley, and waits until everything has been done. */
  async advance(seconds: number): Promise<void> {
    await this.parley.app.drain();
    this.parley.setTime(new Date(this.parley.now().getTime() + seconds * 1_000));
    for (const { clock } of this.simulations) await (clock as SteppedClock).advance(seconds);
    await this.settle();
  }

  /** Waits until everything that is due has been delivered, taken in and sent. */
  async settle(): Promise<void> {
    for (const simulation of this.simulations) await simulation.settle();
    await this.parley.app.drain();
    for (const simulation of this.simulations) await simulation.settle();
    await this.parley.app.drain();
  }

  /** Waits until something holds that takes more than one attempt. */
  async becomes(holds: () => Promise<boolean>): Promise<void> {
    await until(holds, 'it holds');
  }

  /** The problems of a mutation that is refused. */
  async problems(owner: Client, name: string, args: object): Promise<{ code: string }[]> {
    const selection = '{ userErrors { code reason message path } }';
    return (await call<{ userErrors: { code: string }[] }>(owner, name, args, selection))
      .userErrors;
  }

  async close(): Promise<void> {
    await this.parley.close();
    for (const simulation of this.simulations) await simulation.stop();
  }
}
