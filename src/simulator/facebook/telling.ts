import type { Told } from '../platform';
import { pageOf, type Comment, type Dweller, type FacebookWorld, type Post } from './state';

/** One part of an entry: of talk, or of what happens under posts. */
type Happened = { messaging: object } | { standby: object } | { field: string; value: object };

/** Has the Page's app told, where the Page is subscribed to such news. */
export function tell(world: FacebookWorld, page: string, field: string, happened: Happened): void {
  const fields = pageOf(world.state, page)?.fields;
  if (!fields) world.note(`nobody is told: the app is not subscribed to the Page ${page}`);
  else if (!fields.includes(field)) world.note(`nobody is told: ${field} is not subscribed to`);
  else world.tell(page, happened);
}

/** The body of a request, with all that is not ASCII escaped, as Meta writes it. */
export function envelope(told: readonly Told[]): string {
  const entry = told.map(({ account: id, event, at }) => {
    const happened = event as Happened;
    if ('messaging' in happened) return { id, time: at.getTime(), messaging: [happened.messaging] };
    if ('standby' in happened) return { id, time: at.getTime(), standby: [happened.standby] };
    return { id, time: seconds(at), changes: [happened] };
  });
  return JSON.stringify({ object: 'page', entry })
    .replaceAll('/', '\\/')
    .replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

/** That something of a talk happened, by whom. */
export function tellOfTalk(
  world: FacebookWorld,
  page: string,
  field: string,
  from: string,
  to: string,
  event: object,
): void {
  const timestamp = world.now().getTime();
  const messaging = { sender: { id: from }, recipient: { id: to }, timestamp, ...event };
  tell(world, page, field, { messaging });
}

/** That something happened to a comment. */
export function tellOfComment(
  world: FacebookWorld,
  { id, post, parent, from, text, at }: Comment,
  verb: string,
  more: object = {},
): void {
  const value = {
    ...{
      item: 'comment',
      verb,
      comment_id: id,
      post_id: post.id,
      parent_id: parent?.id ?? post.id,
    },
    ...{ from: named(from), created_time: seconds(at), message: text, ...more },
    post: { id: post.id, permalink_url: permalink(post), status_type: 'mobile_status_update' },
  };
  tell(world, post.page, 'feed', { field: 'feed', value });
}

/** That something happened to a post. */
export function tellOfPost(world: FacebookWorld, post: Post, verb: string): void {
  const { id, page, from, text, at } = post;
  const value = {
    ...{ item: from.id === page ? 'status' : 'post', verb, post_id: id, from: named(from) },
    ...{ created_time: seconds(at), published: 1, message: text, permalink_url: permalink(post) },
  };
  tell(world, page, 'feed', { field: 'feed', value });
}

export function named({ id, name }: Dweller): object {
  return { id, name };
}

export function permalink({ id, page }: Post): string {
  return `https://www.facebook.com/${page}/posts/${id.split('_')[1]}`;
}
