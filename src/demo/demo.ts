import { join } from 'node:path';
import type { Platform } from '../simulator/platform';
import { platforms } from '../simulator/platforms';
import { Random } from '../simulator/random';
import { Simulation, type SimulationOptions } from '../simulator/simulation';
import { demoCast } from './cast';
import { GraphClient } from './graph-client';
import { joinPlatform } from './join';
import { recall, remember, type Memory } from './memory';

export interface DemoOptions {
  /** Of the server, such as `http://127.0.0.1:4000`. */
  address: string;
  dataDir: string;
  /** Makes the demonstration workspace; gives its owner token. */
  makeWorkspace(): Promise<string>;
  /** Has the server connect to a simulated platform, and to nothing else beside it. */
  openDoor(address: string, port: number): void;
  warn(error: unknown, text: string): void;
  /** About how many seconds pass between two things that happen; absent: 2.5. */
  pace?: number;
  habits?: SimulationOptions['habits'];
  /** Those that are played; absent: every one that people are on. */
  only?: readonly string[];
}

const PACE = 2.5;
/** After so many things it is slower, so that a server which is left alone does not fill the disk. */
const LIVELY = 1_500;
const SLOWER = 12;

const played = ['facebook', 'instagram', 'whatsapp', 'x'];

/** A workspace in which simulated customers talk to a made-up company. */
export class Demo {
  private readonly simulations: Simulation<unknown>[] = [];
  private readonly random = new Random(Date.now());
  private timer: NodeJS.Timeout | undefined;
  private happened = 0;
  private isStopped = false;
  private joining: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: DemoOptions,
    private readonly memory: Memory,
  ) {}

  /** Finds or makes the workspace; {@link begin} fills it. */
  static async open(options: DemoOptions): Promise<Demo> {
    const path = pathOf(options);
    let memory = await recall(path);
    if (!memory) {
      memory = { token: await options.makeWorkspace(), seed: Date.now() >>> 0, channels: {} };
      await remember(path, memory);
    }
    return new Demo(options, memory);
  }

  /** The workspace's owner token. */
  get token(): string {
    return this.memory.token;
  }

  /** Connects the platforms, and has things happen as soon as the first of them is there. */
  begin(): void {
    this.joining = this.joinAll();
    this.goOn();
  }

  /** The platforms that are there, for tests. */
  async joined(): Promise<readonly Simulation<unknown>[]> {
    await this.joining;
    return this.simulations;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.joining;
    for (const simulation of this.simulations) await simulation.stop();
  }

  private async joinAll(): Promise<void> {
    const { options } = this;
    for (const id of options.only ?? played) {
      const platform = platforms[id];
      if (!platform || this.isStopped) continue;
      try {
        await this.join(platform);
      } catch (error) {
        options.warn(error, `the demonstration goes without ${platform.label}`);
      }
    }
  }

  private async join(platform: Platform<unknown>): Promise<void> {
    const { address, habits } = this.options;
    const { seed, token, channels } = this.memory;
    const simulation = await Simulation.start(platform, {
      // the same accounts and people at every start, and ids that were never given before
      ...{ seed, laterSeed: Date.now(), cast: demoCast, habits },
    });
    const { hostname, port } = new URL(simulation.url);
    this.options.openDoor(hostname, Number(port));
    try {
      const graph = new GraphClient(`${address}/graphql`, token);
      channels[platform.id] = await joinPlatform(graph, simulation, address, channels[platform.id]);
      await remember(pathOf(this.options), this.memory);
    } catch (error) {
      await simulation.stop();
      throw error;
    }
    this.simulations.push(simulation);
    simulation.happen();
  }

  private goOn(): void {
    const { pace = PACE } = this.options;
    const seconds = this.happened < LIVELY ? pace : pace * SLOWER;
    const pause = seconds * (0.6 + 0.8 * this.random.next());
    this.timer = setTimeout(() => {
      if (this.isStopped) return;
      if (this.simulations.length > 0) this.haveSomethingHappen();
      this.goOn();
    }, pause * 1_000);
  }

  private haveSomethingHappen(): void {
    this.happened += 1;
    try {
      this.random.pick(this.simulations).happen();
    } catch (error) {
      this.options.warn(error, 'something of the demonstration failed');
    }
  }
}

function pathOf({ dataDir }: DemoOptions): string {
  return join(dataDir, 'demo.json');
}
