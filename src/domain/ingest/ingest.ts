import { together } from '../../db/sessions';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { findCustomers, resolveCustomers } from './identities';
import { conversationEvents } from './conversation-events';
import { identityKey, type IdentityRef, type Ingested, type InboundItem } from './item';
import {
  adoptReplies,
  insertMessages,
  KnownMessages,
  placeMessages,
  type AddedMessage,
} from './messages';
import { nameCustomers } from './name-customers';
import { tellNamesakes } from './namesakes';
import { joinRelated } from './related';
import { joinPeople } from './same-thread';
import { updateResponses } from './responses';
import { updateSummaries, type Reopened } from './summaries';
import type { Acquaintance } from './told-facts';
import { lockThreads, resolveThreads } from './threads';
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
  const told = await joinAmong(work, await tellNamesakes(work, given));
  // sent together, here and below, and run in this order: who has waited for a conversation sees its messages
  const [items, own, known, acquainted] = await together([
    joinPeople(work, told),
    lockThreads(work, told),
    KnownMessages.among(work, told),
    findCustomers(work, identitiesOf(told)),
  ]);
  const moved = items.filter((item, index) => item !== told[index]);
  const met = moved.length === 0 ? own : new Map([...own, ...(await lockThreads(work, moved))]);
  // what is here already must not make a customer or a conversation a second time
  const fresh = items.filter((item) => !known.placeOf(item));
  const metAgain = knownOf(
    items.filter((item) => known.placeOf(item)),
    acquainted,
  );
  const people = [...identitiesOf(fresh), ...metAgain];
  const customers = await resolveCustomers(work, people, acquainted, events);
  const threads = await resolveThreads(work, fresh, met, customers);
  const { places, added } = await placeMessages(work, items, known, threads);
  const [, , reopened] = await together([
    insertMessages(work, added, customers),
    linkReplies(work, added),
    keepFigures(work, added, customers),
  ]);
  events.push(...conversationEvents([...threads.values()], reopened, added));
  const created = new Set(added.map(({ id }) => id));
  const ingested = places.map(({ id, conversationId }): Ingested => {
    const outcome = created.delete(id) ? 'CREATED' : 'UNCHANGED';
    return { outcome, messageId: id, conversationId };
  });
  return { ingested, events };
}

/** The items under the thread keys of their conversations, which have to be known before they are locked. */
async function joinAmong(
  work: Work,
  items: readonly InboundItem[],
): Promise<readonly InboundItem[]> {
  if (!items.some(({ relatedTo }) => relatedTo)) return items;
  const known = await KnownMessages.among(work, items);
  return joinRelated(work, items, (item) => !known.placeOf(item));
}

/** What becomes of other messages by these: which they answer, and which of them are answered. */
async function linkReplies(work: Work, added: readonly AddedMessage[]): Promise<void> {
  await updateResponses(work, added, await adoptReplies(work, added));
}

/** What becomes of conversations and customers; gives the conversations that are open again. */
async function keepFigures(
  work: Work,
  added: readonly AddedMessage[],
  customers: ReadonlyMap<string, string>,
): Promise<Reopened[]> {
  await followCustomers(work, await nameCustomers(work, added, customers));
  const [reopened] = await together([
    updateSummaries(work, added),
    recordMessageTouchpoints(work, added, customers),
  ]);
  return reopened;
}

function identitiesOf(items: readonly InboundItem[]): IdentityRef[] {
  return items.flatMap(({ author, customer }) => [
    ...('identity' in author ? [author.identity] : []),
    ...(customer ? [customer] : []),
  ]);
}

/** Whom messages that are here already name anew: what they tell of them may be newer, or different. */
function knownOf(
  items: readonly InboundItem[],
  acquainted: ReadonlyMap<string, Acquaintance>,
): IdentityRef[] {
  return identitiesOf(items)
    .filter((ref) => acquainted.has(identityKey(ref)))
    .map((ref) => ({ ...ref, aliases: [] }));
}
