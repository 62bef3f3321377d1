import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../support/client';

/** How many requests are under way at the same time. */
const AT_ONCE = 6;
/** How many messages a request records, each by a command of its own. */
const PER_REQUEST = 4;
/** For how long one request is tried again, in milliseconds. */
const LIMIT = 25_000;

/** What the writes are made to. */
export interface Target {
  client: Client;
  channelId: string;
  /** How many conversations the messages belong to. */
  conversations: number;
}

/**
 * So many messages, recorded as a connector would: each again and again until it is acknowledged;
 * that is one message all the same, because its external id is.
 */
export class WriteLoad {
  /** Ids of the messages whose record was acknowledged. */
  readonly acknowledged: string[] = [];
  /** How many requests had no answer, or one that reported a fault. */
  failures = 0;
  /** What was broken, and how many writes were acknowledged by then. */
  readonly marks: string[] = [];
  private next = 0;
  private release!: () => void;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));
  private waiting: { count: number; resolve: () => void }[] = [];

  constructor(
    private readonly target: Target,
    private readonly total: number,
  ) {}

  /**
   * Writes them all, the last tenth when `fault` is over.
   *
   * @param fault what goes wrong meanwhile; called when a third is acknowledged.
   */
  async run(fault: () => Promise<void>): Promise<void> {
    const over = this.reaches(this.total / 3)
      .then(fault)
      .then(this.release);
    await Promise.all([over, ...Array.from({ length: AT_ONCE }, () => this.work())]);
  }

  /** Notes that something is about to break. */
  mark(what: string): void {
    this.marks.push(`${what} after ${this.acknowledged.length} writes`);
  }

  /** Resolves when so many writes are acknowledged. */
  reaches(count: number): Promise<void> {
    if (this.acknowledged.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  private async work(): Promise<void> {
    while (this.next < this.total) {
      const first = this.next;
      this.next += PER_REQUEST;
      if (first > 0.9 * this.total) await this.released;
      this.acknowledged.push(...(await this.persist(first)));
      const { length } = this.acknowledged;
      for (const { count, resolve } of this.waiting) if (length >= count) resolve();
    }
  }

  private async persist(first: number): Promise<string[]> {
    const limit = Date.now() + LIMIT;
    let last: unknown;
    while (Date.now() < limit) {
      try {
        return await this.write(first);
      } catch (error) {
        last = error;
        this.failures += 1;
        await delay(20);
      }
    }
    throw new Error(`The messages from ${first} on could not be recorded.`, { cause: last });
  }

  private async write(first: number): Promise<string[]> {
    const { client, channelId } = this.target;
    const numbers = Array.from({ length: PER_REQUEST }, (_, index) => first + index);
    const inputs = numbers.map((number, index) => [`input${index}`, this.input(number)] as const);
    const answer = await client.query<Record<string, Recorded>>(RECORD, {
      channelId,
      ...Object.fromEntries(inputs),
    });
    return Object.values(answer).map(({ message, userErrors }) => {
      if (!message) throw new Error(JSON.stringify(userErrors));
      return message.id;
    });
  }

  private input(number: number): object {
    const thread = number % this.target.conversations;
    return {
      threadKey: `thread-${thread}`,
      externalId: `write-${number}`,
      direction: 'INBOUND',
      body: `Number ${number}`,
      sentAt: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
      customer: { externalId: `person-${thread}` },
    };
  }
}

interface Recorded {
  message: { id: string } | null;
  userErrors: object[];
}

const places = Array.from({ length: PER_REQUEST }, (_, index) => index);
const RECORD = `mutation ($channelId: ID!, ${places.map((at) => `$input${at}: MessageRecordInput!`).join(', ')}) {
  ${places
    .map(
      (at) => `record${at}: messageRecord(channelId: $channelId, input: $input${at}) {
        message { id } userErrors { code message path }
      }`,
    )
    .join('\n')}
}`;
