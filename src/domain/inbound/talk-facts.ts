import type { ConversationItem } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { tellPlatformFacts, type ToldFacts } from '../ingest/thread-facts';
import type { Work } from '../kit/command';

/** Keeps what is told of conversations beside their messages. */
export async function keepTalkFacts(
  { session, actor: { workspaceId } }: Work,
  talks: readonly { item: ConversationItem; conversationId: string }[],
): Promise<void> {
  for (const id of [...new Set(talks.map(({ conversationId }) => conversationId))].sort()) {
    const [known] = await queryObjects<Pick<ToldFacts, 'platform' | 'factTimes'>>(
      session,
      sql`select platform, fact_times "factTimes" from conversation
          where workspace_id = ${workspaceId} and id = ${id} for update`,
    );
    const own = talks.filter(({ conversationId }) => conversationId === id);
    const changed = own.map(({ item }) => tellPlatformFacts(known!, item.platform, item.at));
    if (!changed.includes(true)) continue;
    await queryObjects(
      session,
      sql`update conversation set platform = ${JSON.stringify(known!.platform)}::jsonb,
            fact_times = ${JSON.stringify(known!.factTimes)}::jsonb
          where workspace_id = ${workspaceId} and id = ${id}`,
    );
  }
}
