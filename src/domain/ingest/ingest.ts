import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Visibility } from '../../entities/channel';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { findCustomers, resolveCustomers } from './identities';
import { conversationEvents } from './conversation-events';
import type { Ingested, InboundItem } from './item';
import { addMessages, adoptReplies, KnownMessages } from './messages';
import { nameCustomers } from './name-customers';
import { joinRelated } from './related';
import { updateResponses } from './responses';
import { updateSummaries } from './summaries';
import { resolveThreads } from './threads';
import { followCustomers, recordMessageTouchpoints } from './touchpoints';

/**
 * Takes messages in, whatever brought them: finds or makes customers, conversations and messages,
 * links replies, keeps responses and summaries, records touchpoints. The same items again, in any
 * order and in any division into calls, come to the same state.
 * @param given of channels of the workspace; at most some thousands, in one statement each step.
 */
export async function ingestItems(
  work: Work,
  given: readonly InboundItem[],
): Promise<{ ingested: Ingested[]; events: NewEvent[] }> {
  const events: NewEvent[] = [];
  const known = await KnownMessages.among(work, given);
  // what is here already must not make a customer or a conversation a second time
  const isNew = (item: InboundItem) => !known.placeOf(item);
  const items = await joinRelated(work, given, isNew);
  const fresh = items.filter(isNew);
  const visibility = await channelVisibility(work, fresh);
  const identities = fresh.flatMap(({ author, customer }) => [
    ...('identity' in author ? [author.identity] : []),
    ...(customer ? [customer] : []),
  ]);
  const acquainted = await findCustomers(work, identities);
  const customers = await resolveCustomers(work, identities, acquainted, events);
  const threads = await resolveThreads(work, fresh, customers, visibility);
  const { places, added } = await addMessages(work, items, known, threads, customers);
  const adopted = await adoptReplies(work, added);
  await updateResponses(work, added, adopted);
  await followCustomers(work, await nameCustomers(work, added, customers));
  const reopened = await updateSummaries(work, added);
  await recordMessageTouchpoints(work, added, customers);
  events.push(...conversationEvents([...threads.values()], reopened, added));
  const created = new Set(added.map(({ id }) => id));
  const ingested = places.map(({ id, conversationId }): Ingested => {
    const outcome = created.delete(id) ? 'CREATED' : 'UNCHANGED';
    return { outcome, messageId: id, conversationId };
  });
  return { ingested, events };
}

async function channelVisibility(
  { session, actor }: Work,
  items: readonly InboundItem[],
): Promise<Map<string, Visibility>> {
  if (items.length === 0) return new Map();
  const ids = [...new Set(items.map(({ channelId }) => channelId))];
  const rows = await queryObjects<{ id: string; visibility: Visibility }>(
    session,
    sql`select id, visibility from channel
        where workspace_id = ${actor.workspaceId} and id = any(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.id, row.visibility]));
}
