import { oldEvents } from './old-events';
import { companyOf, type Mail, type Post, type User, type XWorld } from './state';
import { messageCreate, tweetView, userView, withTexts } from './views';

/** What X tells its webhooks. */

/** Tells an event of the account, if it was asked for; where nothing was, everything is told. */
function tellActivity(
  world: XWorld,
  userId: string,
  eventType: string,
  told: { payload: unknown; includes?: unknown },
): void {
  const { subscriptions, accounts } = world.state;
  if (!accounts.includes(userId)) return;
  const own = subscriptions.filter((one) => one.userId === userId);
  const same = own.find((one) => one.eventType === eventType);
  if (own.length > 0 && !same) return;
  const isPost = eventType.startsWith('post.') && eventType !== 'post.delete';
  const { id } = told.payload as { id?: string };
  world.tell(userId, {
    data: {
      event_uuid: isPost && id !== undefined ? id : randomUuid(world),
      filter: { user_id: userId },
      event_type: eventType,
      ...(same?.tag && { tag: same.tag }),
      payload: withTexts(told.payload),
      ...(told.includes !== undefined && { includes: withTexts(told.includes) }),
    },
  });
}

/** A number of 64 bits with its sign, as text. */
function randomUuid({ random }: XWorld): string {
  const digits = Array.from({ length: 18 }, () => Math.floor(random.next() * 10)).join('');
  return `${random.chance(0.5) ? '-' : ''}1${digits}`;
}

/** Tells a post to everybody whom it concerns: who wrote it, who is named, answered, quoted. */
export function tellPost(world: XWorld, post: Post): void {
  const { state } = world;
  const { authorId } = post;
  const payload = tweetView(world, post);
  const users = (...ids: string[]) => [...new Set(ids)].map((id) => userView(state.users.get(id)!));
  const parent = authorOf(world, post.parentId);
  const quoted = authorOf(world, post.quotedId);
  const reposted = authorOf(world, post.repostedId);
  for (const accountId of state.accounts) {
    if (tellOld(world, accountId, (old) => old.posted(post))) continue;
    const includes = { users: users(authorId, accountId), tweets: [payload] };
    const tell = (type: string) => tellActivity(world, accountId, type, { payload, includes });
    if (authorId === accountId) {
      tell('post.create');
    } else {
      const { username } = state.users.get(accountId)!;
      const isNamed = new RegExp(`@${username}\\b`).test(post.text) && reposted === null;
      if (isNamed) tell('post.mention.create');
      if (parent === accountId) tell('post.reply.create');
      if (quoted === accountId) tell('post.quote.create');
      if (reposted === accountId) tell('post.repost.create');
    }
  }
}

function authorOf({ state }: XWorld, id: string | null): string | null {
  return id === null ? null : (state.posts.get(id)?.authorId ?? null);
}

export function tellDeletion(world: XWorld, { authorId, id }: Post): void {
  if (tellOld(world, authorId, (old) => old.deleted(authorId, id))) return;
  tellActivity(world, authorId, 'post.delete', { payload: { id, author_id: authorId } });
}

export function tellLike(world: XWorld, user: User, post: Post): void {
  const { state } = world;
  const payload = {
    ...{ id: world.random.letters(32), timestamp_ms: String(world.now().getTime()) },
    ...{ liked_tweet_author_id: post.authorId, liked_tweet_id: post.id },
  };
  for (const accountId of new Set([user.id, post.authorId])) {
    if (tellOld(world, accountId, (old) => old.liked(user, post))) continue;
    const users = [user, state.users.get(post.authorId)!];
    const includes = { users: users.map(userView), tweets: [tweetView(world, post)] };
    tellActivity(world, accountId, 'like.create', { payload, includes });
  }
}

export function tellFollow(world: XWorld, source: User, deed: 'follow' | 'unfollow'): void {
  const target = companyOf(world);
  if (tellOld(world, target.id, (old) => old.followed(source, target, deed))) return;
  const payload = { source: { data: userView(source) }, target: { data: userView(target) } };
  tellActivity(world, target.id, `follow.${deed}`, { payload });
}

export function tellMail(world: XWorld, mail: Mail): void {
  const { state } = world;
  const both = [mail.senderId, mail.recipientId].map((id) => state.users.get(id)!);
  const payload = {
    direct_message_events: [messageCreate(mail)],
    users: Object.fromEntries(both.map((user) => [user.id, { data: userView(user) }])),
  };
  for (const { id } of both) {
    if (tellOld(world, id, (old) => old.mailed(mail))) continue;
    tellActivity(world, id, id === mail.senderId ? 'dm.sent' : 'dm.received', { payload });
  }
}

export function tellRead(world: XWorld, { id, senderId, recipientId }: Mail): void {
  const event = {
    ...{ created_timestamp: String(world.now().getTime()), sender_id: recipientId },
    ...{ target: { recipient_id: senderId }, last_read_event_id: id },
  };
  const reader = world.state.users.get(recipientId)!;
  if (tellOld(world, senderId, (old) => old.read(event))) return;
  const users = { [reader.id]: { data: userView(reader) } };
  const payload = { direct_message_mark_read_events: [event], users };
  tellActivity(world, senderId, 'dm.read', { payload });
}

export function tellChat(world: XWorld, sender: User): void {
  const { id } = companyOf(world);
  tellActivity(world, id, 'chat.received', {
    payload: {
      ...{ conversation_token: world.random.letters(30), id: uuidOf(world) },
      ...{ created_at_msec: String(world.now().getTime()), sender_id: sender.id },
      ...{ conversation_id: `${sender.id}:${id}`, conversation_key_version: '1768236281331' },
      encoded_event: world.random.letters(40),
    },
  });
}

function uuidOf({ random }: XWorld): string {
  const hex = (length: number) =>
    Array.from({ length }, () => Math.floor(random.next() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-9${hex(3)}-${hex(12)}`;
}

export function tellRevoked(world: XWorld): void {
  const { id } = companyOf(world);
  const date = world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, '+00:00');
  const payload = { date_time: date, user_id: id, app_id: '29820954' };
  tellActivity(world, id, 'oauth.revoke', { payload });
}

/** Tells it in the form of the Account Activity API, where the account is subscribed to that. */
function tellOld(
  world: XWorld,
  accountId: string,
  form: (events: ReturnType<typeof oldEvents>) => object | null,
): boolean {
  const { oldSubscriptions, accounts } = world.state;
  if (!accounts.includes(accountId) || !oldSubscriptions.has(accountId)) return false;
  const event = form(oldEvents(world, accountId));
  if (event) world.tell(accountId, { for_user_id: accountId, ...event });
  return true;
}
