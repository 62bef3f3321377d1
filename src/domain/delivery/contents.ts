import { isUtf8 } from 'node:buffer';
import DataLoader from 'dataloader';
import { bulkColumns, bulkTable } from '../../db/bulk';
import { raw, sql } from '../../db/sql';
import type { Reader } from '../kit/reader';

/** A delivery by its key. */
export interface DeliveryKey {
  id: string;
  receivedAt: string;
}

/** Where a delivery stands in the queue; null once it is processed. */
export interface QueueEntry {
  attempts: number;
  isDead: boolean;
  error: string | null;
  dueAt: string;
}

/** Most bytes of a body that are shown as text, and as base64. */
const LONGEST_TEXT = 65_536;
const LARGEST_BODY = 262_144;

/** Reads of one request about deliveries: where they stand, and what came. */
export class DeliveryContents {
  private readonly entries: DataLoader<string, QueueEntry | null>;
  private readonly sizes: DataLoader<DeliveryKey, number, string>;
  private readonly bodies: DataLoader<DeliveryKey, Buffer | null, string>;

  constructor(private readonly reader: Reader) {
    const cacheKeyFn = ({ id }: DeliveryKey) => id;
    this.entries = new DataLoader((ids) => this.readEntries(ids));
    this.sizes = new DataLoader(
      async (keys) => (await this.read(keys, 'octet_length(d.body)')) as number[],
      { cacheKeyFn },
    );
    this.bodies = new DataLoader(
      async (keys) =>
        (await this.read(
          keys,
          `case when octet_length(d.body) <= ${LARGEST_BODY} then d.body end`,
        )) as (Buffer | null)[],
      { cacheKeyFn },
    );
  }

  entry({ id }: DeliveryKey): Promise<QueueEntry | null> {
    return this.entries.load(id);
  }

  byteSize(key: DeliveryKey): Promise<number> {
    return this.sizes.load(key);
  }

  /** The body as text; null where it is none, or too long. */
  async text(key: DeliveryKey): Promise<string | null> {
    const body = await this.bodies.load(key);
    return body && body.length <= LONGEST_TEXT && isUtf8(body) ? body.toString() : null;
  }

  /** The body in base64; null where it is too large. */
  async base64(key: DeliveryKey): Promise<string | null> {
    return (await this.bodies.load(key))?.toString('base64') ?? null;
  }

  private async readEntries(ids: readonly string[]): Promise<(QueueEntry | null)[]> {
    const rows = await this.reader.rows(
      sql`select delivery_id, attempts, is_dead, error, due_at from inbound_queue
          where workspace_id = ${this.reader.workspaceId} and delivery_id = any(${ids}::uuid[])`,
    );
    const found = new Map(
      rows.map(([id, attempts, isDead, error, dueAt]) => [
        id as string,
        { attempts, isDead, error, dueAt } as QueueEntry,
      ]),
    );
    return ids.map((id) => found.get(id) ?? null);
  }

  private async read(keys: readonly DeliveryKey[], what: string): Promise<unknown[]> {
    const columns = bulkColumns(keys, {
      id: ['uuid', ({ id }) => id],
      received_at: ['timestamptz', ({ receivedAt }) => receivedAt],
    });
    const rows = await this.reader.rows(
      sql`select d.id, ${raw(what)} from ${bulkTable('k', columns)}
          join inbound_delivery d on d.workspace_id = ${this.reader.workspaceId}
            and d.id = k.id and d.received_at = k.received_at`,
    );
    const found = new Map(rows.map(([id, value]) => [id as string, value]));
    return keys.map(({ id }) => found.get(id) ?? null);
  }
}
