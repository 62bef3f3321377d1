import { randomUUID } from 'node:crypto';
import type { Session } from '../db/sessions';
import { Rounds } from '../jobs/rounds';
import { nameOf, type ChannelRef } from './bell';
import { findWantedSources, holdSources, releaseSources, type WantedSource } from './source-leases';
import { SourceRun, type SourceRunOptions } from './source-run';

/** How often it looks for channels that came, went or changed, in milliseconds. */
const LOOK_EVERY = 1_000;
/** After how many seconds of silence a process counts as dead, and others read for its channels. */
const LEASE_SECONDS = 5;
/** How long a source may take to end, in milliseconds. */
const LONGEST_END = 5_000;

export interface SourcesOptions extends Omit<SourceRunOptions, 'holder'> {
  /** Connections that see the channels of all workspaces. */
  system: Session;
}

interface Held {
  channel: ChannelRef;
  run: SourceRun;
  /** Until when the right to read is sure to last, by the process's own clock. */
  until: number;
}

/**
 * Reads for the channels whose connectors read: pollers and streams. Each channel is read for by one
 * process, which says every second or so that it lives; another one goes on when it does not.
 */
export class Sources {
  private readonly holder = randomUUID();
  private readonly held = new Map<string, Held>();
  private readonly connectorIds: string[];
  private readonly rounds: Rounds;
  private readonly expiry: NodeJS.Timeout;

  constructor(private readonly options: SourcesOptions) {
    this.connectorIds = Object.entries(options.connections.connectors)
      .filter(([, connector]) => 'source' in connector)
      .map(([id]) => id);
    this.rounds = new Rounds({
      round: () => this.round(),
      every: LOOK_EVERY,
      onError: (err) => options.log.warn({ err }, 'the channels to read for could not be found'),
    });
    this.expiry = setInterval(() => this.dropExpired(), LOOK_EVERY);
  }

  start(): void {
    if (this.connectorIds.length > 0) this.rounds.start();
  }

  /** Has it look for channels that came, went or changed. */
  wake(): void {
    this.rounds.wake();
  }

  /** Ends all that is read, and lets other processes go on at once. */
  async stop(): Promise<void> {
    clearInterval(this.expiry);
    await this.rounds.stop();
    await this.end([...this.held.values()]).catch((err: unknown) => {
      this.options.log.warn({ err }, 'other processes read for these channels in a moment');
    });
  }

  private async round(): Promise<void> {
    const { system } = this.options;
    const wanted = await findWantedSources(system, this.connectorIds, this.holder);
    const versions = new Map(wanted.map((source) => [nameOf(source), source.version]));
    const over = [...this.held.values()].filter(
      ({ channel, run }) => run.isOver || versions.get(nameOf(channel)) !== run.version,
    );
    await this.end(over);
    await this.hold(wanted.filter(({ isFree }) => isFree));
  }

  private async hold(sources: readonly WantedSource[]): Promise<void> {
    const until = performance.now() + LEASE_SECONDS * 1_000;
    const given = await holdSources(this.options.system, sources, this.holder, LEASE_SECONDS);
    const names = new Set(given.map(nameOf));
    for (const source of sources) {
      const name = nameOf(source);
      const held = this.held.get(name);
      if (!names.has(name)) continue;
      if (held) held.until = until;
      else this.begin(source, until);
    }
  }

  private begin(source: WantedSource, until: number): void {
    const { workspaceId, channelId, version } = source;
    const channel = { workspaceId, channelId };
    const run = new SourceRun({ ...this.options, holder: this.holder }, channel, version);
    this.held.set(nameOf(channel), { channel, run, until });
    run.start();
  }

  private async end(over: readonly Held[]): Promise<void> {
    for (const { channel } of over) this.held.delete(nameOf(channel));
    await Promise.all(over.map(({ run }) => run.stop(LONGEST_END)));
    const channels = over.map(({ channel }) => channel);
    await releaseSources(this.options.system, channels, this.holder);
  }

  /** What could not be renewed in time is another process's now, even while the database is away. */
  private dropExpired(): void {
    const now = performance.now();
    for (const [name, { run, until }] of this.held) {
      if (until > now) continue;
      this.held.delete(name);
      void run.stop(0);
    }
  }
}
