import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCall, type Served } from './answer-call';
import { smallCast, type Cast } from './cast';
import { later, RealClock, type Clock } from './clock';
import { Faults } from './faults';
import { hooksOf, type Hook } from './hooks';
import { MediaShelf } from './media-shelf';
import type { Beginning, Habits, NewHook, Platform, World } from './platform';
import { PostOffice, type Delivered } from './post-office';
import { Random } from './random';
import { SimulatorRefused } from './simulator-refused';

export interface SimulationOptions extends Pick<Beginning, 'accounts' | 'secret'> {
  /** Absent: a free one. */
  port?: number;
  /** Absent: the time as it passes. */
  clock?: Clock;
  /** The same seed makes the same things happen. */
  seed?: number;
  /** Of what happens after the beginning, where that is to be another one each time. */
  laterSeed?: number;
  cast?: Cast;
  habits?: Partial<Habits>;
  /** Lines about what happens, for people. */
  note?: (text: string) => void;
}

/** What customers do soon enough for somebody who watches. */
const usualHabits: Habits = { deliveredAfter: 0.5, readAfter: 2, answerAfter: 6, answers: 0.7 };

/** A platform's side, running on loopback. */
export class Simulation<State> implements World<State>, Served<State> {
  readonly faults: Faults;
  readonly random: Random;
  readonly cast: Cast;
  readonly habits: Habits;
  readonly media: MediaShelf;
  readonly state: State;
  readonly hooks: Hook[] = [];
  /** Calls that were answered, the oldest first. */
  readonly calls: { method: string; path: string; status: number | null }[] = [];
  readonly clock: Clock;
  private readonly office: PostOffice;
  private readonly server: Server = createServer();
  private readonly ending = new AbortController();
  private lastSerial = 0;

  private constructor(
    readonly platform: Platform<State>,
    private readonly options: SimulationOptions,
  ) {
    this.random = new Random(options.seed ?? 1);
    this.faults = new Faults(this.random);
    this.cast = options.cast ?? smallCast;
    this.habits = { ...usualHabits, ...options.habits };
    this.clock = options.clock ?? new RealClock((error) => this.note(String(error)));
    this.media = new MediaShelf(
      () => this.url,
      () => this.now(),
      () => this.faults.now.mediaSeconds || platform.mediaSeconds,
      (count) => this.random.letters(count),
    );
    this.office = new PostOffice({
      ...{ platform: platform as Platform<never>, clock: this.clock, faults: this.faults },
      ...{ random: this.random, signal: this.ending.signal, note: (text) => this.note(text) },
    });
    const { accounts, secret } = options;
    const { random, cast } = this;
    this.state = platform.begin({ random, cast, now: this.now(), accounts, secret });
    if (options.laterSeed !== undefined) this.random.seed(options.laterSeed);
  }

  /** @throws SimulatorRefused where the port is taken. */
  static async start<State>(
    platform: Platform<State>,
    options: SimulationOptions = {},
  ): Promise<Simulation<State>> {
    const simulation = new Simulation(platform, options);
    const { server } = simulation;
    const { port = 0 } = options;
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      const message = `Port ${port} is in use: stop what listens there, or name another one by --port.`;
      throw new SimulatorRefused(message, { cause: error });
    }
    server.on('request', (request, response) => void simulation.take(request, response));
    return simulation;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo | null)?.port ?? 0}`;
  }

  /** Requests that told the company something. */
  get delivered(): readonly Delivered[] {
    return this.office.delivered;
  }

  /** What to set in a channel so that it connects here. */
  get settings(): Record<string, unknown> {
    return this.platform.settings(this);
  }

  get accounts(): readonly string[] {
    return this.platform.accounts(this.state);
  }

  now(): Date {
    return this.clock.now();
  }

  serial(): number {
    return ++this.lastSerial;
  }

  note(text: string): void {
    this.options.note?.(text);
  }

  later(seconds: number, task: () => void): void {
    this.clock.at(later(this.now(), seconds), task);
  }

  tell(account: string, event: unknown): void {
    const told = { account, event, at: this.now() };
    const hooks = hooksOf(this.hooks, account);
    if (hooks.length === 0) this.note(`nobody is told: no address is registered for ${account}`);
    for (const hook of hooks) this.office.post(hook, told);
  }

  async addHook({ url, secret, verifyToken, accounts }: NewHook): Promise<Hook> {
    if (!URL.canParse(url)) {
      throw new SimulatorRefused(`${url} is no URL: give the channel's webhookUrl.`);
    }
    const hook: Hook = {
      ...{ id: String(this.serial()), url, secret: secret ?? this.platform.secret(this.state) },
      verifyToken: verifyToken ?? this.platform.verifyToken?.(this.state) ?? null,
      accounts: accounts ?? null,
      ...{ failures: 0, isDisabled: false },
    };
    const wrong = (await this.platform.handshake?.(hook, this.random)) ?? null;
    if (wrong !== null) throw new SimulatorRefused(`${url} is not registered: ${wrong}`);
    this.removeHooksOf(url);
    this.hooks.push(hook);
    this.note(`${url} is registered`);
    return hook;
  }

  removeHook(id: string): void {
    const at = this.hooks.findIndex((hook) => hook.id === id);
    if (at >= 0) this.hooks.splice(at, 1);
  }

  private removeHooksOf(url: string): void {
    for (const hook of this.hooks.filter((one) => one.url === url)) this.removeHook(hook.id);
  }

  /** Has something happen: what is named, or what chance has. */
  happen(name?: string): void {
    const { happenings, label } = this.platform;
    const which = name === undefined ? this.anyHappening() : happenings.find(named(name));
    if (!which) {
      const names = happenings.map((one) => one.name).join(', ');
      throw new SimulatorRefused(`On ${label} there is no ${name ?? 'happening'}: only ${names}.`);
    }
    which.happen(this);
  }

  private anyHappening() {
    const { happenings } = this.platform;
    let left = this.random.next() * happenings.reduce((sum, { weight }) => sum + weight, 0);
    return happenings.find(({ weight }) => (left -= weight) < 0) ?? happenings[0];
  }

  /** Does and delivers what is due, and waits for it. */
  async settle(): Promise<void> {
    await this.clock.settle();
    await this.office.collect();
  }

  /** Delivers what waits to be, however late it was to be. */
  hurry(): Promise<void> {
    return this.office.collect(true);
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.clock.stop();
    await this.office.close();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const status = await answerCall(this, request, response);
      const [path] = (request.url ?? '/').split('?');
      const { method = 'GET' } = request;
      this.calls.push({ method, path: path!, status });
      if (!path!.startsWith('/simulator')) this.note(`${method} ${path}: ${status ?? 'cut off'}`);
    } catch (error) {
      this.note(`a call failed: ${(error as Error).stack}`);
      response.destroy();
    }
  }
}

function named(name: string) {
  return (one: { name: string }) => one.name === name;
}
