import type { ConversationItem, ReactionItem } from '../../connectors/kit/item';
import type { NewEvent } from '../../events/registry';
import { releaseFiles } from '../file/release-files';
import { identityKey, type IdentityRef } from '../ingest/item';
import type { Work } from '../kit/command';
import { forwardStatuses, type StatusReport } from '../message/forward-status';
import type { Revision } from '../message/history';
import { reviseMessages, type KnownMessage } from '../message/revise-message';
import type { ItemChannel } from './apply-items';
import { holdUp, keepAwaited } from './awaited';
import { hide, type HidingReport } from './hiding';
import { nameOf, namesOf, subjectOf, type News } from './news';
import { meetPeople, refOf } from './people';
import { revisePosts } from './posts';
import { react, takeBack, type ReactionReport } from './reactions';
import { findDoubles, findTargets, type Target } from './targets';
import { reactionMoment, recordMoments, withdrawals } from './touchpoints';
import { keepTalkFacts } from './talk-facts';
import { raiseWatermarks, type Watermark } from './watermarks';

/** Revisions of messages and posts that other items tell of. */
export interface ToldVersions {
  messages: (KnownMessage & Revision)[];
  posts: ({ postId: string } & Revision)[];
}

/** News by what has to be done for them. */
interface Sorted extends ToldVersions {
  hidings: HidingReport[];
  reports: StatusReport[];
  watermarks: Watermark[];
  reactions: { item: ReactionItem; messageId: string; conversationId: string }[];
  postReactions: ReactionItem[];
  talks: { item: ConversationItem; conversationId: string }[];
  takenBack: Map<string, Date>;
  withdrawn: Map<string, Date>;
}

/**
 * Takes in news of what is here; news of what is not waits for it.
 * @returns the names under which something is known now that was not before.
 */
export async function applyNews(
  work: Work,
  channel: ItemChannel,
  news: readonly News[],
  told: ToldVersions,
  events: NewEvent[],
): Promise<string[]> {
  const targets = await findTargets(work, channel, news.map(subjectOf));
  const targetOf = (one: News) =>
    namesOf(subjectOf(one))
      .map((name) => targets.get(name))
      .find((it) => it);
  const isKnown = (one: News) => targetOf(one) !== undefined;
  const unknown = news.filter((one) => !isKnown(one));
  if (unknown.length > 0) {
    await holdUp(work, channel);
    const late = await findTargets(work, channel, unknown.map(subjectOf));
    for (const [name, target] of late) targets.set(name, target);
    await keepAwaited(
      work,
      channel,
      unknown.filter((one) => !isKnown(one)),
    );
  }
  const sorted: Sorted = {
    ...{ messages: [...told.messages], posts: [...told.posts] },
    ...{ hidings: [], reports: [], watermarks: [], reactions: [], postReactions: [] },
    talks: [],
    ...{ takenBack: new Map(), withdrawn: new Map() },
  };
  for (const one of news) {
    const target = targetOf(one);
    if (target) sort(sorted, one, target);
  }
  // what is said of somebody's post is said of it as a message and as a post
  const doubled = news.flatMap((one) => {
    if (one.type === 'receipt' || one.type === 'conversation') return [];
    return targetOf(one)?.kind === 'message' ? [one] : [];
  });
  const doubles = await findDoubles(
    work,
    channel,
    doubled.map(({ externalId }) => externalId),
  );
  for (const one of doubled) {
    const double = doubles.get(one.externalId);
    if (double) sort(sorted, one, double);
  }
  return applySorted(work, channel, sorted, events);
}

function sort(sorted: Sorted, news: News, target: Target): void {
  switch (news.type) {
    case 'edit': {
      const revision = { versions: [{ body: news.body, at: news.editedAt }], deletedAt: null };
      return addRevision(sorted, target, revision);
    }
    case 'deletion':
      if (target.kind === 'reaction') sorted.takenBack.set(target.id, news.deletedAt);
      else if (target.kind === 'touchpoint') sorted.withdrawn.set(target.id, news.deletedAt);
      else addRevision(sorted, target, { versions: [], deletedAt: news.deletedAt });
      return;
    case 'hiding':
      if (target.kind !== 'message') return;
      sorted.hidings.push({ ...placeOf(target), hidden: news.hidden, at: news.at });
      return;
    case 'reaction':
      if (target.kind === 'message') sorted.reactions.push({ item: news, ...placeOf(target) });
      else if (target.kind === 'post') sorted.postReactions.push(news);
      return;
    case 'conversation':
      if (target.kind === 'thread') sorted.talks.push({ item: news, conversationId: target.id });
      return;
    case 'receipt': {
      const { status, at, failure, platform, about } = news;
      if (target.kind === 'message') {
        const named = 'clientKey' in about ? { externalId: about.externalId } : {};
        sorted.reports.push({ ...placeOf(target), status, at, failure, platform, ...named });
      } else if (target.kind === 'thread' && (status === 'DELIVERED' || status === 'READ')) {
        sorted.watermarks.push({ conversationId: target.id, status, at });
      }
    }
  }
}

function addRevision(sorted: Sorted, target: Target, revision: Revision): void {
  if (target.kind === 'message') sorted.messages.push({ ...placeOf(target), ...revision });
  if (target.kind === 'post') sorted.posts.push({ postId: target.id, ...revision });
}

function placeOf({ id, conversationId }: Target & { kind: 'message' }): KnownMessage {
  return { messageId: id, conversationId };
}

async function applySorted(
  work: Work,
  channel: ItemChannel,
  sorted: Sorted,
  events: NewEvent[],
): Promise<string[]> {
  const { messages, posts, hidings, reports, watermarks, postReactions, withdrawn } = sorted;
  const customers = await meetPeople(
    work,
    [...sorted.reactions.map(({ item }) => item), ...postReactions].flatMap((item) =>
      actorOf(channel, item),
    ),
    events,
  );
  const customerOf = (item: ReactionItem) => {
    const [ref] = actorOf(channel, item);
    return ref ? customers.get(identityKey(ref))! : null;
  };
  events.push(...(await reviseMessages(work, messages)));
  // what was deleted may be seen nowhere, files least of all
  await releaseFiles(
    work,
    messages.filter(({ deletedAt }) => deletedAt).map(({ messageId }) => messageId),
  );
  events.push(...(await revisePosts(work, channel, posts)));
  events.push(...(await hide(work, hidings)));
  events.push(
    ...(await react(work, [
      ...sorted.reactions.map(({ item, ...place }) => reportOf(item, place, customerOf(item))),
      ...(await takeBack(work, sorted.takenBack)),
    ])),
  );
  await keepTalkFacts(work, sorted.talks);
  const marked = await raiseWatermarks(work, watermarks);
  events.push(...(await forwardStatuses(work, [...reports, ...marked])));
  const moments = postReactions.flatMap((item) => {
    const customerId = customerOf(item);
    return customerId ? reactionMoment(item, customerId) : [];
  });
  moments.push(...(await withdrawals(work, withdrawn)));
  events.push(...(await recordMoments(work, channel, moments)));
  return [...sorted.reactions.map(({ item }) => item), ...postReactions].flatMap(
    ({ reactionId, removed }) => (reactionId && !removed ? nameOf({ externalId: reactionId }) : []),
  );
}

function actorOf(channel: ItemChannel, { actor, at }: ReactionItem): IdentityRef[] {
  return actor ? [refOf(channel, actor, at)] : [];
}

function reportOf(
  { actor, reaction, removed, at, reactionId }: ReactionItem,
  place: KnownMessage,
  customerId: string | null,
): ReactionReport {
  return {
    ...place,
    ...{ customerId, removed, at },
    actorKey: actor?.externalId ?? '',
    reaction: reaction ?? '',
    externalId: reactionId ?? null,
  };
}
