import type { InboundItem } from '../../connectors/kit/item';
import type { NewEvent } from '../../events/registry';
import { reportHealth } from '../channel/set-health';
import type { Work } from '../kit/command';
import { applyTemplateNews } from '../template/template-news';
import { applyNews, type ToldVersions } from './apply-news';
import { takeAwaited } from './awaited';
import { withinLimits } from './limits';
import { askLookUps } from './look-ups';
import { applyMessages } from './messages';
import { isNews, nameOf, type News } from './news';
import { followFormerIds, meetPeople, newsRef, refOf } from './people';
import { resolvePosts } from './posts';
import { momentOf, recordMoments } from './touchpoints';

/** The channel that items come from. */
export interface ItemChannel {
  /** UUID. */
  id: string;
  kind: string;
  name: string;
  identityScope: string;
  visibility: 'PUBLIC' | 'PRIVATE';
  /** What brought the items, where that is another channel: whom only that one knows is its own. */
  carriedBy?: Pick<ItemChannel, 'id' | 'kind' | 'identityScope'> & {
    /** Ids of people that the channel itself knows. */
    acquainted: ReadonlySet<string>;
  };
}

/**
 * Takes in what a connector says has happened, in the work's transaction. The same items again, in
 * any order and in any division into calls, come to the same state.
 * @returns the events of what changed; none where all was known.
 */
export async function applyItems(
  work: Work,
  channel: ItemChannel,
  given: readonly InboundItem[],
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  const items = given.map(withinLimits);
  const messages = items.filter((item) => item.type === 'message');
  const { posts, versions } = await resolvePosts(
    work,
    channel,
    items.flatMap((item) =>
      item.type === 'post' ? item.post : item.type === 'message' ? (item.post ?? []) : [],
    ),
    events,
  );
  const told: ToldVersions = { messages: [], posts: versions };
  const names = await applyMessages(work, channel, messages, posts, told, events);
  for (const { externalId, isNew } of posts.values()) if (isNew) names.push(nameOf({ externalId }));
  names.push(...(await applyPeople(work, channel, items, events)));

  // reactions that come now may be what other news wait for, but nothing waits for those
  let news: News[] = [...items.filter(isNews), ...(await takeAwaited(work, channel, names))];
  let first = told;
  while (news.length > 0 || first.messages.length > 0 || first.posts.length > 0) {
    const later = await applyNews(work, channel, news, first, events);
    first = { messages: [], posts: [] };
    news = await takeAwaited(work, channel, later);
  }
  await applyHealth(work, channel, items, events);
  const templates = items.filter((item) => item.type === 'template');
  events.push(...(await applyTemplateNews(work, channel.id, templates)));
  await askLookUps(
    work,
    channel.id,
    items.filter((item) => item.type === 'lookUp'),
  );
  return events;
}

/** News of people, and moments of theirs that are no messages. */
async function applyPeople(
  work: Work,
  channel: ItemChannel,
  items: readonly InboundItem[],
  events: NewEvent[],
): Promise<string[]> {
  const people = items.filter((item) => item.type === 'party');
  const touchpoints = items.filter((item) => item.type === 'touchpoint');
  const refs = [
    ...people.map((item) => newsRef(channel, item)),
    ...touchpoints.map(({ party, occurredAt }) => refOf(channel, party, occurredAt)),
  ];
  const customers = await meetPeople(work, refs, events);
  await followFormerIds(work, channel, people, customers, events);
  const moments = touchpoints.map((item) => momentOf(channel, item, customers));
  events.push(...(await recordMoments(work, channel, moments)));
  return touchpoints.map(({ externalId }) => nameOf({ externalId }));
}

async function applyHealth(
  work: Work,
  channel: ItemChannel,
  items: readonly InboundItem[],
  events: NewEvent[],
): Promise<void> {
  const told = items
    .filter((item) => item.type === 'health')
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  for (const { health, reason, at } of told) {
    const report = { part: 'ACCOUNT', health, reason, at } as const;
    events.push(...(await reportHealth(work, channel.id, report)));
  }
}
