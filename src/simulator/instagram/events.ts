import { asMetaWrites } from '../meta/webhook-wire';
import type { Told } from '../platform';
import type { Account, Comment, InstagramWorld } from './account';

/** Something that Instagram tells of an account. */
export type InstagramEvent =
  | { list: 'messaging' | 'standby'; value: object }
  | { field: string; value: object; isInline: boolean };

/** Events of an account that came together share an entry, as Meta has it. */
export function envelope(told: readonly Told[]): string {
  const entries: Record<string, unknown>[] = [];
  let isList = false;
  for (const { account, event, at } of told) {
    const one = event as InstagramEvent;
    if ('list' in one) {
      const last = entries.at(-1);
      const open = last?.['id'] === account && Array.isArray(last[one.list]) ? last : null;
      if (open) (open[one.list] as object[]).push(one.value);
      else entries.push({ id: account, time: at.getTime(), [one.list]: [one.value] });
      continue;
    }
    const time = Math.floor(at.getTime() / 1_000);
    const change = { field: one.field, value: one.value };
    isList ||= one.isInline;
    entries.push(
      one.isInline ? { id: account, time, ...change } : { id: account, time, changes: [change] },
    );
  }
  const body = { object: 'instagram', entry: entries };
  return asMetaWrites(isList ? [body] : body);
}

/** Tells of something in a talk. */
export function tellTalk(
  world: InstagramWorld,
  account: Account,
  from: string,
  to: string,
  what: object,
): void {
  const timestamp = world.now().getTime();
  const value = { sender: { id: from }, recipient: { id: to }, timestamp, ...what };
  world.tell(account.id, { list: 'messaging', value } satisfies InstagramEvent);
}

export function tellComment(world: InstagramWorld, account: Account, comment: Comment): void {
  const media = world.state.media.get(comment.mediaId)!;
  const { id, username } = comment.from;
  const isOwn = id === account.id;
  const value = {
    from: { id, username, ...(isOwn && { self_ig_scoped_id: account.scopedId }) },
    media: { id: media.id, media_product_type: media.kind },
    id: comment.id,
    ...(comment.parentId && { parent_id: comment.parentId }),
    text: comment.text,
  };
  const field = media.kind === 'LIVE' ? 'live_comments' : 'comments';
  tellChange(world, account, field, value);
}

export function tellChange(
  world: InstagramWorld,
  account: Account,
  field: string,
  value: object,
): void {
  const isInline = account.isInstagramLogin;
  world.tell(account.id, { field, value, isInline } satisfies InstagramEvent);
}
