import type { InboundItem, ReactionItem } from '../kit/item';
import { idIn, textIn } from '../meta/values';
import { actorOf, createdAt, isByPage, verbOf, type Change } from './change';
import { postUnder } from './posts';

/** A like or another reaction, to a comment, a post, or the Page. */
export function readReaction(change: Change): InboundItem[] {
  const { value } = change;
  const externalId = idIn(value, 'comment_id') ?? idIn(value, 'post_id');
  const actor = actorOf(change);
  if (actor === null) return [];
  if (externalId === null) return readPageLike(change);
  const verb = verbOf(change);
  if (!['add', 'edit', 'remove'].includes(verb)) return [];
  const told: ReactionItem = {
    ...{ type: 'reaction', externalId, actor: isByPage(change) ? null : actor },
    reaction: textIn(value, 'reaction_type') ?? 'like',
    ...{ removed: verb === 'remove', at: createdAt(change) },
  };
  // everybody has one: another one takes its place
  const before = { ...told, reaction: null, removed: true };
  return [
    ...(idIn(value, 'comment_id') === null ? [postOf(externalId, told)] : []),
    ...(verb === 'edit' ? [before] : []),
    told,
  ];
}

/** A post that was published before the Page was connected is first heard of like this. */
function postOf(externalId: string, { at }: ReactionItem): InboundItem {
  return { type: 'post', post: postUnder({}, externalId, at) };
}

function readPageLike(change: Change): InboundItem[] {
  const party = actorOf(change);
  const [verb, at] = [verbOf(change), createdAt(change)];
  if (!party || (verb !== 'add' && verb !== 'remove')) return [];
  const touchpoint = verb === 'add' ? 'page_liked' : 'page_liked_withdrawn';
  const externalId = `${touchpoint}:${party.externalId}:${at.getTime()}`;
  return [{ type: 'touchpoint', party, touchpoint, externalId, occurredAt: at }];
}
