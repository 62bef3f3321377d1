import type { Happening } from '../platform';
import type { Account, Instagram, InstagramWorld, Media, Member } from './account';
import { haveComment } from './comments';
import { tellChange, tellTalk } from './events';
import { write } from './talk';

/** What happens on Instagram by itself. */
export const happenings: Happening<Instagram>[] = [
  {
    name: 'customer-writes',
    weight: 4,
    happen: (world) => write(world, anyAccount(world), anyMember(world), opening(world, 'private')),
  },
  {
    name: 'customer-comments',
    weight: 4,
    happen(world) {
      const account = anyAccount(world);
      haveComment(
        world,
        account,
        named(anyMember(world)),
        opening(world, 'comment'),
        anyMedia(world, account),
      );
    },
  },
  {
    name: 'customer-answers-story',
    weight: 1,
    happen(world) {
      const id = world.random.digits(17);
      const story = { id, url: `${world.url}/stories/${id}` };
      const text = opening(world, 'comment');
      write(world, anyAccount(world), anyMember(world), text, { reply_to: { story } });
    },
  },
  { name: 'customer-reacts', weight: 1, happen: haveReaction },
  { name: 'customer-unsends', weight: 0, happen: haveUnsent },
  { name: 'customer-mentions', weight: 1, happen: haveMention },
  {
    name: 'live-comment',
    weight: 0,
    happen(world) {
      const account = anyAccount(world);
      const live = publish(world, account, 'LIVE');
      haveComment(world, account, named(anyMember(world)), opening(world, 'comment'), live);
    },
  },
];

function haveReaction(world: InstagramWorld): void {
  const of = world.state.messages.findLast(({ account, from }) => from === account);
  const account = of && world.state.accounts.find(({ id }) => id === of.account);
  if (!account) return;
  const reaction = { mid: of.mid, action: 'react', reaction: 'love', emoji: '❤' };
  tellTalk(world, account, of.with, account.id, { reaction });
}

function haveUnsent(world: InstagramWorld): void {
  const of = world.state.messages.findLast(({ account, from }) => from !== account);
  const account = of && world.state.accounts.find(({ id }) => id === of.account);
  if (!account) return;
  tellTalk(world, account, of.with, account.id, { message: { mid: of.mid, is_deleted: true } });
}

/** Somebody names the account below a post of their own. */
function haveMention(world: InstagramWorld): void {
  const account = anyAccount(world);
  const member = anyMember(world);
  const post = publish(world, account, 'FEED', member.person.handle);
  const id = `179${world.random.digits(14)}`;
  const text = `@${account.username} ${opening(world, 'public')}`;
  world.state.comments.set(id, {
    ...{ id, text, mediaId: post.id, parentId: null, from: named(member) },
    ...{ timestamp: world.now().toISOString(), isHidden: false, isAnswered: false },
  });
  world.note(`@${member.person.handle} mentions: ${text}`);
  tellChange(world, account, 'mentions', { media_id: post.id, comment_id: id });
}

function publish(
  world: InstagramWorld,
  account: Account,
  kind: Media['kind'],
  username = account.username,
): Media {
  const { random, cast, state } = world;
  const id = `178${random.digits(14)}`;
  const caption = cast.post(random);
  const timestamp = world.now().toISOString();
  const media = { id, account: account.id, caption, kind, timestamp, username };
  state.media.set(id, media);
  return media;
}

/** The account's newest posts; the first comment makes one. */
function anyMedia(world: InstagramWorld, account: Account): Media {
  const own = [...world.state.media.values()].filter(
    ({ username, kind }) => username === account.username && kind !== 'LIVE',
  );
  return own.length > 0 && !world.random.chance(0.1)
    ? world.random.pick(own.slice(-3))
    : publish(world, account, world.random.pick(['FEED', 'REELS']));
}

const anyAccount = ({ state, random }: InstagramWorld) => random.pick(state.accounts);
const anyMember = ({ state, random }: InstagramWorld) => random.pick([...state.members.values()]);
const named = ({ id, person }: Member) => ({ id, username: person.handle });

function opening({ cast, random }: InstagramWorld, where: 'private' | 'comment' | 'public') {
  return cast.opening(where, random);
}
