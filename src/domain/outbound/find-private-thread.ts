import type { SentMessage } from '../../connectors/kit/connector';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Channel, Conversation } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { meetPeople } from '../inbound/people';
import type { Work } from '../kit/command';
import { linkConversations } from './reply-privately';

/**
 * Once the platform has told which private conversation an answer came to, and whom it is with there:
 * the conversation gets that key, or is linked with the one that has it, and the person that id.
 */
export async function settlePrivateThread(
  work: Work,
  { workspaceId, id, channelId, customerId, threadKey: before }: Conversation,
  { threadKey, customer }: NonNullable<SentMessage['private']>,
): Promise<NewEvent[]> {
  const { manager, session, now } = work;
  const channel = await manager.findOneByOrFail(Channel, { workspaceId, id: channelId });
  const events: NewEvent[] = [];
  const known = await queryObjects<{ externalId: string }>(
    session,
    sql`select external_id "externalId" from customer_identity
        where workspace_id = ${workspaceId} and customer_id = ${customerId}
          and channel_kind = ${channel.kind} and scope = ${channel.identityScope}`,
  );
  const aliases = known.map(({ externalId }) => externalId);
  if (customerId !== null && !aliases.includes(customer.externalId)) {
    const { kind: channelKind, identityScope: scope } = channel;
    const ref = { channelKind, scope, ...customer, aliases, toldAt: now };
    await meetPeople(work, [ref], events);
  }
  if (threadKey === before) return events;
  const other = await manager.findOneBy(Conversation, { workspaceId, channelId, threadKey });
  if (other) await linkConversations(work, id, other.id);
  else await manager.update(Conversation, { workspaceId, id }, { threadKey });
  return events;
}
