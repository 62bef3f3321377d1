import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Conversation } from '../../entities';
import { defineCommand } from '../kit/command';
import { notFound } from '../kit/errors';
import { id, optional } from '../kit/input';
import { PRESENCE_CHANNEL } from './notice';

/** For how long somebody counts as present without saying so again, in seconds. */
const LASTS = { VIEWING: 60, TYPING: 10 };

const LONGEST = 120;

const seconds = z
  .number()
  .int()
  .min(1, `Must be 1 to ${LONGEST} seconds.`)
  .max(LONGEST, `Must be 1 to ${LONGEST} seconds.`)
  .nullish();

/** Says that the caller views a conversation or types in it, or has left it. */
export const setPresence = defineCommand({
  name: 'presenceSet',
  input: z.object({
    conversationId: id('Conversation'),
    input: z.object({
      activity: optional(z.enum(['VIEWING', 'TYPING'])),
      lastsSeconds: seconds,
    }),
  }),
  async run({ session, manager, actor }, { conversationId, input: { activity, lastsSeconds } }) {
    const { workspaceId, kind, id: actorId } = actor;
    const conversation = await manager.findOneBy(Conversation, { workspaceId, id: conversationId });
    if (!conversation || !seesChannel(actor, conversation.channelId)) {
      throw notFound('conversation', ['conversationId']);
    }
    const key = sql`workspace_id = ${workspaceId} and conversation_id = ${conversationId}
      and actor_kind = ${kind} and actor_id = ${actorId}`;
    const [before] = await queryObjects<{ activity: string }>(
      session,
      sql`select activity from presence where ${key} and expires_at > clock_timestamp() for update`,
    );
    if (activity === null) {
      await queryObjects(session, sql`delete from presence where ${key}`);
    } else {
      const lasts = lastsSeconds ?? LASTS[activity];
      await queryObjects(
        session,
        sql`insert into presence as p
              (workspace_id, conversation_id, actor_kind, actor_id, activity, since, expires_at)
            values (${workspaceId}, ${conversationId}, ${kind}, ${actorId}, ${activity},
                    clock_timestamp(), clock_timestamp() + ${lasts} * interval '1 second')
            on conflict (workspace_id, conversation_id, actor_kind, actor_id) do update set
              since = case when p.activity = excluded.activity and p.expires_at > clock_timestamp()
                then p.since else excluded.since end,
              activity = excluded.activity, expires_at = excluded.expires_at`,
      );
    }
    // whoever merely stays is known to be there
    if ((before?.activity ?? null) !== activity) {
      const notice = `${workspaceId} ${conversationId}`;
      await queryObjects(session, sql`select pg_notify(${PRESENCE_CHANNEL}, ${notice})`);
    }
    return { result: { conversationId } };
  },
});
