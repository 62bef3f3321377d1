import type { Read } from '../../db/row-shape';
import { sql, type Sql } from '../../db/sql';
import type { Message } from '../../entities';
import type { MessageStatus } from '../../entities/message';

const arrived: readonly MessageStatus[] = ['SENT', 'DELIVERED', 'READ'];

/** Whether the customer may see a message of their conversation: no notes, nothing that was not sent. */
export function isPublic({ direction, status }: Pick<Read<Message>, 'direction' | 'status'>) {
  if (direction === 'NOTE') return false;
  return direction === 'INBOUND' || status === null || arrived.includes(status);
}

/** The same for the messages `m` of a query. */
export const publicOnly: Sql[] = [
  sql`m.direction <> 'NOTE' and (m.direction = 'INBOUND' or m.status is null
        or m.status = any(${[...arrived]}::text[]))`,
];
