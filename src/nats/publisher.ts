import {
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { NatsConfig } from '../config/nats';
import { globalId } from '../domain/kit/ids';
import type { StoredEvent } from '../events/log';
import { ANSWER_WITHIN, CLOSED, connectNats, NatsUnavailable, unavailable } from './connection';
import { encodeEvent, POSITION_HEADER } from './envelope';
import { ensureStream, subjectOf } from './stream';

/** The relay's side of NATS: one connection, which is closed for good when anything fails on it. */
export class Publisher {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly js: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly nats: NatsConfig,
  ) {}

  /**
   * Connects.
   * @param onLost told when the connection is gone, unless we close it.
   * @throws NatsUnavailable
   */
  static async open(nats: NatsConfig, onLost: (error: Error) => void): Promise<Publisher> {
    const connection = await connectNats(nats, 'parley relay');
    const options = { timeout: ANSWER_WITHIN };
    const manager = await jetstreamManager(connection, { ...options, checkAPI: false });
    const js = jetstream(connection, options);
    const publisher = new Publisher(connection, js, manager, nats);
    void connection.closed().then((error) => {
      if (!publisher.isClosing) onLost(unavailable(error ?? new NatsUnavailable(CLOSED), nats));
    });
    return publisher;
  }

  private isClosing = false;

  /**
   * Makes the stream, or brings it up to date.
   * @throws NatsUnavailable
   */
  ensureStream(retentionDays: number): Promise<void> {
    return this.inWords(ensureStream(this.manager.streams, this.nats, retentionDays));
  }

  /**
   * Publishes events in their order, all at once, and waits until the stream has them.
   * @returns how many it had already.
   * @throws NatsUnavailable when it may lack some. Those after them are to be published again too, on
   * another connection: what it has already, it drops.
   */
  async publish(window: readonly StoredEvent[]): Promise<number> {
    const acks = await this.inWords(Promise.all(window.map((event) => this.send(event))));
    return acks.filter(({ duplicate }) => duplicate).length;
  }

  async close(): Promise<void> {
    this.isClosing = true;
    await this.connection.close();
  }

  private send(event: StoredEvent) {
    const also = headers();
    also.set(POSITION_HEADER, String(event.position));
    return this.js.publish(subjectOf(this.nats, event), encodeEvent(event), {
      msgID: globalId('Event', event.id),
      headers: also,
    });
  }

  private async inWords<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw unavailable(error, this.nats);
    }
  }
}
