import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';

/** Where processes hear of channels that were connected, changed or stopped: `<workspace> <channel>`. */
export const CHANNEL_CHANGES = 'parley_channels';

/** The channel that a notice names, by bare UUIDs. */
export function channelOfNotice(notice: string): { workspaceId: string; channelId: string } {
  const [workspaceId = '', channelId = ''] = notice.split(' ');
  return { workspaceId, channelId };
}

/** Tells them, after the commit. */
export async function noticeChannel({ session, actor }: Work, channelId: string): Promise<void> {
  const notice = `${actor.workspaceId} ${channelId}`;
  await queryObjects(session, sql`select pg_notify(${CHANNEL_CHANGES}, ${notice})`);
}
