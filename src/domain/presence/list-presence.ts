import { sql } from '../../db/sql';
import { BadArgument } from '../kit/errors';
import { uuidOf } from '../kit/ids';
import type { RequestContext } from '../kit/request-context';
import type { LiveField } from '../live/live-field';

/** What the GraphQL type Presence is resolved from. */
export interface Presence {
  actor: { kind: string; id: string };
  userId: string | null;
  activity: 'VIEWING' | 'TYPING';
  since: string;
  expiresAt: string;
}

/** Most people that are told of in one conversation, those that came last. */
const MOST_TOLD = 100;

/** Who views a conversation or types in it now, those that came first to the front. */
export async function listPresence(
  { reader }: RequestContext,
  conversationId: string,
): Promise<Presence[]> {
  const rows = await reader.rows(
    sql`select actor_kind, actor_id, activity, since, expires_at from presence
        where workspace_id = ${reader.workspaceId} and conversation_id = ${conversationId}
          and expires_at > clock_timestamp()
        order by since desc, actor_id limit ${MOST_TOLD}`,
  );
  return rows.reverse().map(([kind, id, activity, since, expiresAt]) => ({
    actor: { kind: kind as string, id: id as string },
    userId: kind === 'USER' ? (id as string) : null,
    activity: activity as Presence['activity'],
    since: since as string,
    expiresAt: expiresAt as string,
  }));
}

/** Who views one conversation or types in it. */
export const presence: LiveField = {
  source: 'PRESENCE',
  async plan(args, { loaders }) {
    const conversationId = uuidOf('Conversation', args.conversationId as string);
    if (!(await loaders.byId('Conversation', conversationId))) {
      throw new BadArgument(['conversationId'], 'names no conversation that you can see');
    }
    return {
      conversationId: conversationId!,
      async present(context) {
        const present = await listPresence(context, conversationId!);
        const [first] = present.map(({ expiresAt }) => expiresAt).sort();
        return {
          item: { conversationId, present },
          expiresAt: first === undefined ? null : new Date(first),
        };
      },
    };
  },
};
