import { sql } from '../../db/sql';
import type { Reader } from '../kit/reader';

/** How many are told of. */
const MOST = 50;

/** The UUIDs of the conversations that each of some is linked with, oldest link first. */
export async function readLinks(
  reader: Reader,
  conversationIds: readonly string[],
): Promise<string[][]> {
  const rows = await reader.rows(
    sql`select l.conversation_id, l.linked_id from conversation_link l
        where l.workspace_id = ${reader.workspaceId}
          and l.conversation_id = any(${conversationIds}::uuid[])
        order by l.created_at, l.linked_id`,
  );
  return conversationIds.map((id) =>
    rows
      .filter(([conversationId]) => conversationId === id)
      .map(([, linkedId]) => linkedId as string)
      .slice(0, MOST),
  );
}
