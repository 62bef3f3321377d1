import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';

/** How exact the time is: often enough to see that a chat is in use, and no two writers wait for it. */
const SECONDS = 10;

/** Notes that something came in by the channel. */
export async function noteHeard({ session, actor, now }: Work, channelId: string): Promise<void> {
  const { workspaceId } = actor;
  const recently = new Date(now.getTime() - SECONDS * 1_000);
  await queryObjects(
    session,
    sql`insert into channel_state as s (workspace_id, channel_id, last_inbound_at)
        select ${workspaceId}::uuid, ${channelId}::uuid, ${now}::timestamptz
        where not exists (
          select from channel_state where workspace_id = ${workspaceId} and channel_id = ${channelId}
            and last_inbound_at > ${recently})
        on conflict (workspace_id, channel_id) do update
          set last_inbound_at = greatest(s.last_inbound_at, excluded.last_inbound_at)`,
  );
}
