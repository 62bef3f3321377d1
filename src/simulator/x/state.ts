import type { Cast } from '../cast';
import type { Beginning, World } from '../platform';

/** Somebody on X. */
export interface User {
  id: string;
  name: string;
  username: string;
  followers: number;
  isVerified: boolean;
}

export interface Medium {
  key: string;
  type: 'photo' | 'video' | 'animated_gif';
  /** The file on the shelf. */
  fileId: string;
  altText: string | null;
}

export interface Post {
  id: string;
  authorId: string;
  at: Date;
  text: string;
  rootId: string;
  parentId: string | null;
  quotedId: string | null;
  repostedId: string | null;
  media: readonly Medium[];
  /** All its ids, the first one in front. */
  versions: readonly string[];
  isHidden: boolean;
}

/** A direct message. */
export interface Mail {
  id: string;
  senderId: string;
  recipientId: string;
  at: Date;
  text: string;
  media: Medium | null;
}

export interface Subscription {
  id: string;
  eventType: string;
  userId: string | null;
  direction: string | null;
  tag: string | null;
  webhookId: string | null;
  at: Date;
}

export interface Upload {
  id: string;
  type: string;
  category: string;
  size: number;
  parts: Map<number, Buffer>;
  altText: string | null;
}

/** What X keeps. */
export interface X {
  accounts: readonly string[];
  users: Map<string, User>;
  /** By each of their ids; edited ones are there by their newest text. */
  posts: Map<string, Post>;
  mail: Mail[];
  /** `user post` of each like. */
  likes: Set<string>;
  consumerSecret: string;
  bearer: string;
  clientId: string;
  clientSecret: string;
  /** Access tokens that count, with whose they are. */
  tokens: Map<string, string>;
  /** Refresh tokens that were not used yet. */
  refreshTokens: Map<string, string>;
  usedRefreshTokens: Map<string, string>;
  codes: Map<string, string>;
  subscriptions: Subscription[];
  /** Accounts of the Account Activity API, with their webhooks. */
  oldSubscriptions: Map<string, string>;
  uploads: Map<string, Upload>;
  media: Map<string, Medium>;
  /** When windows of limits began, and how much was done in them. */
  windows: Map<string, { since: Date; used: number }>;
  lastId: bigint;
}

export type XWorld = World<X>;

const EPOCH = 1_288_834_974_657n;
const COMPANY = '1500000000000000001';

export function begin({ random, accounts = [COMPANY], secret }: Beginning): X {
  const users = accounts.map((id, index): [string, User] => [
    id,
    {
      ...{ id, name: index === 0 ? 'Fairweather Lamps' : `Fairweather ${index + 1}` },
      ...{ username: index === 0 ? 'fairweather' : `fairweather${index + 1}` },
      ...{ followers: 5_502, isVerified: true },
    },
  ]);
  const tokens = accounts.map((id): [string, string] => [`access-${random.letters(24)}`, id]);
  const refresh = accounts.map((id): [string, string] => [`refresh-${random.letters(24)}`, id]);
  return {
    accounts,
    users: new Map(users),
    ...{ posts: new Map(), mail: [], likes: new Set() },
    consumerSecret: secret ?? random.letters(40),
    ...{ bearer: `bearer-${random.letters(30)}`, clientId: random.letters(20) },
    clientSecret: random.letters(40),
    ...{ tokens: new Map(tokens), refreshTokens: new Map(refresh), usedRefreshTokens: new Map() },
    ...{ codes: new Map(), subscriptions: [], oldSubscriptions: new Map() },
    ...{ uploads: new Map(), media: new Map(), windows: new Map(), lastId: 0n },
  };
}

/** The next id, which holds the time. */
export function newId(world: XWorld): string {
  const { state } = world;
  const first = (BigInt(world.now().getTime()) - EPOCH) << 22n;
  state.lastId = first > state.lastId ? first : state.lastId + 1n;
  return String(state.lastId);
}

/** The moment that an id holds. */
export function momentOf(id: string): Date {
  return new Date(Number((BigInt(id) >> 22n) + EPOCH));
}

/** The company's account, or its first. */
export function companyOf({ state }: XWorld): User {
  return state.users.get(state.accounts[0]!)!;
}

/** Somebody of the cast as a user. */
export function userOf(world: XWorld, person: Cast['people'][number]): User {
  const { users } = world.state;
  const known = [...users.values()].find(({ username }) => username === person.handle);
  if (known) return known;
  const user: User = {
    ...{ id: newId(world), name: person.name, username: person.handle },
    ...{ followers: 40 + users.size * 731, isVerified: users.size % 3 === 0 },
  };
  users.set(user.id, user);
  return user;
}

/** The post that somebody sees under an id: the newest version of it. */
export function postOf({ state }: XWorld, id: string): Post | null {
  return state.posts.get(id) ?? null;
}

/** Every post once, the newest first. */
export function allPosts({ state }: XWorld): Post[] {
  return [...new Set(state.posts.values())].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
}
