import { DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { NatsConfig } from '../config/nats';
import type { StoredEvent } from '../events/log';
import { Backoff } from './backoff';
import { ANSWER_WITHIN, CLOSED, connectNats, NatsUnavailable, unavailable } from './connection';
import { decodeEvent } from './envelope';
import { Trouble } from './trouble';

/** After how many milliseconds without a message the server shows that it lives. */
const HEARTBEAT = 1_000;

/** How many messages the server sends ahead. */
const AHEAD = 2_000;

/** For how many milliseconds the server keeps the consumer of a process that is gone. */
const FORGET_AFTER = 30_000;

/** What the library tells of a consumer that is all right; after anything else we begin anew. */
const usual = new Set(['heartbeat', 'next', 'discard', 'debug', 'flow_control']);

export interface NatsSourceOptions {
  nats: NatsConfig;
  log: Pick<Logger, 'info' | 'warn' | 'debug'>;
  /** Gets events as they come: of any workspaces, each one's in order, possibly some once more. */
  onEvents: (events: StoredEvent[]) => void;
  /**
   * Events may have passed unseen, and the heads in the database tell. Called when the connection is
   * made, and when it is lost. Meanwhile, and when the relay is behind, nothing comes: whoever does not
   * want to wait looks at the heads once in a while anyway.
   */
  onGap: () => void;
}

/** Feeds a process with events from NATS. */
export interface NatsSource {
  /** Whether events come by way of NATS now. */
  readonly isAttached: boolean;
  stop(): Promise<void>;
}

/** Starts to listen for new events; resolves at once, whether NATS is there or not. */
export function startNatsSource(options: NatsSourceOptions): Promise<NatsSource> {
  const source = new JetStreamSource(options);
  source.start();
  return Promise.resolve(source);
}

class JetStreamSource implements NatsSource {
  isAttached = false;
  private readonly closing = new AbortController();
  private readonly backoff = new Backoff();
  private readonly trouble: Trouble;
  private running: Promise<void> = Promise.resolve();
  private arrived: StoredEvent[] = [];
  private hasRefused = false;
  private leave: () => void = () => undefined;

  constructor(private readonly options: NatsSourceOptions) {
    this.trouble = new Trouble(options.log, 'Events do not come by way of NATS; trying again.');
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.closing.abort();
    this.leave();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.connect();
      } catch (error) {
        if (!signal.aborted) this.trouble.tell(unavailable(error, this.options.nats));
      }
      if (this.isAttached && !signal.aborted) this.options.onGap();
      this.isAttached = false;
      await this.backoff.pause(signal);
    }
  }

  private async connect(): Promise<void> {
    const { nats } = this.options;
    const connection = await connectNats(nats, 'parley feed');
    try {
      await this.attach(connection);
    } finally {
      await connection.close();
    }
  }

  /** Takes events until the consumer or its connection is lost, or we stop. */
  private async attach(connection: NatsConnection): Promise<void> {
    const { nats, onGap } = this.options;
    const js = jetstream(connection, { timeout: ANSWER_WITHIN });
    const consumer = await js.consumers.get(nats.stream, {
      deliver_policy: DeliverPolicy.New,
      inactive_threshold: FORGET_AFTER,
    });
    const messages = await consumer.consume({
      callback: (message) => this.take(message),
      max_messages: AHEAD,
      idle_heartbeat: HEARTBEAT,
      abort_on_missing_resource: true,
    });
    // what came before the consumer is in the log already, and what comes after it comes to us
    this.isAttached = true;
    onGap();
    this.backoff.reset();
    this.trouble.end('events come by way of NATS again');
    if (!this.closing.signal.aborted) await this.untilLost(connection, messages);
    if (this.closing.signal.aborted) await consumer.delete().catch(() => undefined);
  }

  private untilLost(connection: NatsConnection, messages: ConsumerMessages): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.leave = resolve;
      const loseFor = (reason: string) => (error: Error | void) =>
        reject(error ?? new NatsUnavailable(reason));
      void connection.closed().then(loseFor(CLOSED));
      void messages.closed().then(loseFor(DROPPED));
      void firstUnusual(messages).then(loseFor(DROPPED));
    });
  }

  /** Messages that came in one piece of the stream of bytes are handed over together. */
  private take(message: JsMsg): void {
    const event = decodeEvent(message.string());
    if (!event) return this.refuse(message);
    if (this.arrived.push(event) === 1) queueMicrotask(() => this.handOver());
  }

  private refuse({ subject, seq }: JsMsg): void {
    const level = this.hasRefused ? 'debug' : 'warn';
    this.hasRefused = true;
    this.options.log[level](
      { subject, seq },
      'a message in the stream is no event of Parley: let nobody else publish there',
    );
  }

  private handOver(): void {
    const events = this.arrived;
    this.arrived = [];
    if (this.closing.signal.aborted) return;
    try {
      this.options.onEvents(events);
    } catch (err) {
      // nobody above us would catch it; the next look at the heads shows what is missing
      this.options.log.warn({ err }, 'events from NATS could not be taken');
    }
  }
}

const DROPPED = 'NATS has dropped our consumer, or does not answer any more';

/** Resolves when the consumer reports trouble, after which its order is no longer certain. */
async function firstUnusual(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (!usual.has(type)) return;
  }
}
