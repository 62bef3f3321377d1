import { Agent, request } from 'undici';
import { later, type Clock } from './clock';
import type { Faults } from './faults';
import type { Hook } from './hooks';
import type { Platform, Told } from './platform';
import type { Random } from './random';

/** A request that told something, as it went. */
export interface Delivered {
  at: Date;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** From 1. */
  attempt: number;
  /** What was answered; null where nothing was. */
  status: number | null;
}

interface Letter {
  id: string;
  hook: Hook;
  body: Buffer;
  events: number;
}

interface Waiting {
  hook: Hook;
  told: Told;
  due: Date;
}

export interface PostOfficeOptions {
  platform: Platform<never>;
  clock: Clock;
  faults: Faults;
  random: Random;
  note: (text: string) => void;
  /** Ends everything. */
  signal: AbortSignal;
}

/** How long those that are to go together wait for each other, in seconds. */
const GATHERING = 0.2;
/** How long an address may take to answer, in milliseconds. */
const PATIENCE = 10_000;
/** How many requests are remembered. */
const REMEMBERED = 2_000;

/** Tells events to addresses, as reliably as the platform does, and with the faults that are set. */
export class PostOffice {
  /** Those that went, the oldest first. */
  readonly delivered: Delivered[] = [];
  private readonly agent = new Agent();
  private waiting: Waiting[] = [];
  private serial = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: PostOfficeOptions) {}

  /** Has an event told when it is due. */
  post(hook: Hook, told: Told): void {
    const { clock, faults, random } = this.options;
    const { batching, delaySeconds } = faults.now;
    const gathering = batching > 1 ? GATHERING : 0;
    const due = later(clock.now(), gathering + delaySeconds * random.next());
    this.waiting.push({ hook, told, due });
    clock.at(due, () => this.collect());
  }

  /** Tells what is due; with `all`, what is late too. */
  collect(all = false): Promise<void> {
    this.last = this.last.then(() => this.tellDue(all));
    return this.last;
  }

  /** Cuts its connections, also those on which nothing was said yet. */
  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async tellDue(all: boolean): Promise<void> {
    const { clock, faults, random } = this.options;
    const now = clock.now();
    const due = this.waiting.filter((one) => all || one.due <= now);
    this.waiting = this.waiting.filter((one) => !due.includes(one));
    const ordered = due.length > 1 && faults.strikes('reordering') ? random.shuffled(due) : due;
    for (const hook of new Set(ordered.map((one) => one.hook))) {
      const events = ordered.filter((one) => one.hook === hook).map(({ told }) => told);
      const most = Math.max(1, faults.now.batching);
      for (let at = 0; at < events.length; at += most) {
        await this.send(this.letter(hook, events.slice(at, at + most)), 1);
      }
    }
  }

  private letter(hook: Hook, told: readonly Told[]): Letter {
    const body = Buffer.from(this.options.platform.envelope(told));
    return { id: `sim-${++this.serial}`, hook, body, events: told.length };
  }

  private async send(letter: Letter, attempt: number): Promise<void> {
    const { hook } = letter;
    const { clock, faults, note, signal } = this.options;
    if (signal.aborted) return;
    if (hook.isDisabled) {
      note(`not delivered to ${hook.url}: it is disabled`);
      return;
    }
    const status = await this.attempt(letter, attempt);
    if (signal.aborted) return;
    const ofEvents = `${letter.events} event${letter.events === 1 ? '' : 's'}`;
    note(`delivered ${ofEvents} to ${hook.url}: ${status ?? 'no answer'}`);
    if (status !== null && status >= 200 && status < 300) {
      hook.failures = 0;
      if (faults.strikes('duplicates')) await this.attempt(letter, attempt);
      return;
    }
    hook.failures++;
    if (this.isHopeless(hook)) {
      hook.isDisabled = true;
      note(`${hook.url} is disabled after ${hook.failures} failures: register it again`);
      return;
    }
    const pause = this.options.platform.retrySeconds[attempt - 1];
    if (pause === undefined) note(`given up after ${attempt} attempts: ${ofEvents} are lost`);
    else clock.at(later(clock.now(), pause), () => this.send(letter, attempt + 1));
  }

  private isHopeless({ failures }: Hook): boolean {
    const { faults, platform } = this.options;
    const most = faults.now.disableAfter || platform.disableAfter;
    return most !== null && failures >= most;
  }

  private async attempt({ id, hook, body }: Letter, attempt: number): Promise<number | null> {
    const { platform, clock, signal } = this.options;
    const at = clock.now();
    const headers = {
      'content-type': 'application/json',
      ...platform.sign({ id, body, at }, hook),
    };
    let status: number | null = null;
    try {
      const answer = await request(hook.url, {
        ...{ method: 'POST', headers, body, dispatcher: this.agent },
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
      });
      status = answer.statusCode;
      await answer.body.dump();
    } catch {
      // nobody there, or too slow: a platform tells these apart no more than this
    }
    this.delivered.push({ at, url: hook.url, headers, body: body.toString(), attempt, status });
    if (this.delivered.length > REMEMBERED) this.delivered.shift();
    return status;
  }
}
