import type { Random } from '../random';
import type { Beginning, World } from '../platform';

/** A Page of the company's. */
export interface Page {
  id: string;
  name: string;
  token: string;
  /** Of what the app is told; null while it is not subscribed. */
  fields: readonly string[] | null;
}

/** Somebody who is on Facebook, by the id that Pages know. */
export interface Dweller {
  id: string;
  name: string;
}

export interface TalkMessage {
  id: string;
  /** Of a person or of the Page. */
  from: string;
  text: string;
  at: Date;
  isFile: boolean;
}

/** What a Page and a person say to each other by Messenger. */
export interface Talk {
  page: string;
  person: Dweller;
  messages: TalkMessage[];
}

export interface Post {
  id: string;
  page: string;
  from: Dweller;
  text: string;
  at: Date;
}

export interface Comment {
  id: string;
  post: Post;
  /** The comment that it replies to. */
  parent: Comment | null;
  from: Dweller;
  text: string;
  at: Date;
  isHidden: boolean;
  /** Whether the Page has answered it in private. */
  isAnswered: boolean;
  likes: Set<string>;
}

/** What there is on Facebook. */
export interface Facebook {
  appId: string;
  secret: string;
  pages: Page[];
  people: Dweller[];
  talks: Talk[];
  posts: Post[];
  comments: Comment[];
}

export type FacebookWorld = World<Facebook>;

/** By which the company's addresses are known in the handshake. */
export const verifyToken = 'simulated-verify-token';

export function begin({ random, accounts, secret }: Beginning): Facebook {
  const ids = accounts ?? [random.digits(15), random.digits(15)];
  return {
    appId: random.digits(15),
    secret: secret ?? random.letters(32),
    pages: ids.map((id, index) => ({
      ...{ id, name: index === 0 ? 'Acme Workshop' : `Acme Workshop ${index + 1}` },
      ...{ token: `EAA${random.letters(60)}`, fields: null },
    })),
    ...{ people: [], talks: [], posts: [], comments: [] },
  };
}

/** The person of a name, who gets an id when first met. */
export function dwellerOf({ people }: Facebook, name: string, random: Random): Dweller {
  const known = people.find((one) => one.name === name);
  if (known) return known;
  const made = { id: random.digits(16), name };
  people.push(made);
  return made;
}

/** The talk of a person with a Page. */
export function talkOf(state: Facebook, page: string, person: Dweller): Talk {
  const known = state.talks.find((talk) => talk.page === page && talk.person.id === person.id);
  if (known) return known;
  const made: Talk = { page, person, messages: [] };
  state.talks.push(made);
  return made;
}

export function pageOf({ pages }: Facebook, id: string): Page | undefined {
  return pages.find((page) => page.id === id);
}

export function asDweller({ id, name }: Page): Dweller {
  return { id, name };
}
