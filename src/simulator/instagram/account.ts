import { createHmac } from 'node:crypto';
import { refuse } from '../meta/graph-answers';
import type { Person } from '../cast';
import type { Call, World } from '../platform';

/** A professional account of the company's, with the Page that it belongs to. */
export interface Account {
  id: string;
  username: string;
  /** By which Instagram Login knows it beside the id. */
  scopedId: string;
  pageId: string;
  pageToken: string;
  /** Of Instagram Login; it can be exchanged for another one. */
  ownToken: string;
  /** Whether events come as Meta's example for Instagram Login has them. */
  isInstagramLogin: boolean;
}

export interface Member {
  id: string;
  person: Person;
}

export interface Media {
  id: string;
  account: string;
  caption: string;
  kind: 'FEED' | 'REELS' | 'LIVE';
  timestamp: string;
  username: string;
}

export interface Comment {
  id: string;
  text: string;
  mediaId: string;
  parentId: string | null;
  from: { id: string; username: string };
  timestamp: string;
  isHidden: boolean;
  /** Whether it was answered in private. */
  isAnswered: boolean;
}

export interface DirectMessage {
  mid: string;
  account: string;
  /** The member's id. */
  with: string;
  from: string;
  text: string;
  at: Date;
}

/** What Instagram keeps. */
export interface Instagram {
  appSecret: string;
  verifyToken: string;
  accounts: Account[];
  members: Map<string, Member>;
  media: Map<string, Media>;
  comments: Map<string, Comment>;
  messages: DirectMessage[];
  uploads: Set<string>;
}

export type InstagramWorld = World<Instagram>;

/** The account whose token a call bears. @throws Refusal */
export function accountOf({ token, query }: Call, { state }: InstagramWorld): Account {
  const account = state.accounts.find((one) => token === one.pageToken || token === one.ownToken);
  if (!account) refuse(400, 190, 'Invalid OAuth access token.', 467);
  const proof = query.get('appsecret_proof');
  if (proof !== null && proof !== proofOf(token!, state.appSecret)) {
    refuse(400, 100, 'Invalid appsecret_proof provided in the API argument');
  }
  return account;
}

/** The account in a path, by whichever of its ids; it has to be the token's. @throws Refusal */
export function ownAccount(call: Call, world: InstagramWorld): Account {
  const account = accountOf(call, world);
  const isOwn = [account.id, account.pageId, account.scopedId, 'me'].includes(call.params['id']!);
  if (!isOwn) refuse(400, 100, 'The account is not that of the access token.', 33);
  return account;
}

/** The member by an id. @throws Refusal */
export function memberOf(id: string, { state }: InstagramWorld): Member {
  const member = state.members.get(id);
  return member ?? refuse(400, 100, 'The requested user cannot be found.', 2534014);
}

function proofOf(token: string, secret: string): string {
  return createHmac('sha256', secret).update(token).digest('hex');
}
