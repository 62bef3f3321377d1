import { randomUUID } from 'node:crypto';
import { LeanSocket } from './lean-socket';

const PROTOCOL = 'graphql-transport-ws';
const NEXT = Buffer.from('"type":"next"');

/** What to subscribe to. */
export interface Subscription {
  /** `ws://…` */
  url: string;
  /** Null for a server that sends to every socket whatever it says. */
  operation: { query: string; variables: object } | null;
  /** Payload of `connection_init`. */
  init: object;
}

/** A result is handed over as the whole text of its `next`; the bytes are gone afterwards. */
export interface SubscriberEvents {
  onNext: (bytes: Buffer, start: number, end: number) => void;
  onProblem: (problem: string) => void;
}

/** One subscription on a socket of its own, as the graphql-ws client makes it. */
export class Subscriber {
  private socket!: LeanSocket;
  private onAcknowledged: () => void = () => undefined;

  private constructor(private readonly events: SubscriberEvents) {}

  /** Connects, and sends the subscription when the server has acknowledged the connection. */
  static async open(subscription: Subscription, events: SubscriberEvents): Promise<Subscriber> {
    const { url, operation, init } = subscription;
    const subscriber = new Subscriber(events);
    const onText = (bytes: Buffer, start: number, end: number) => {
      subscriber.take(bytes, start, end);
    };
    await new Promise<void>((resolve, reject) => {
      const onLost = (reason: string) => {
        reject(new Error(reason));
        events.onProblem(reason);
      };
      LeanSocket.open(url, operation && PROTOCOL, { onText, onLost }).then((socket) => {
        subscriber.socket = socket;
        if (!operation) return resolve();
        subscriber.onAcknowledged = resolve;
        subscriber.send({ type: 'connection_init', payload: init });
      }, reject);
    });
    if (operation) {
      subscriber.send({ id: randomUUID(), type: 'subscribe', payload: operation });
    }
    return subscriber;
  }

  close(): void {
    this.socket.close();
  }

  private take(bytes: Buffer, start: number, end: number): void {
    const at = bytes.indexOf(NEXT, start);
    if (at >= 0 && at < end) this.events.onNext(bytes, start, end);
    else this.answer(bytes.toString('utf8', start, end));
  }

  private answer(text: string): void {
    const { type } = JSON.parse(text) as { type: string };
    if (type === 'connection_ack') this.onAcknowledged();
    else if (type === 'ping') this.send({ type: 'pong' });
    else if (type !== 'pong') this.events.onProblem(`the server said ${text.slice(0, 500)}`);
  }

  private send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}
