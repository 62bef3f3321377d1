import type { Random } from './random';

/** Somebody who is a customer on the platform. */
export interface Person {
  name: string;
  /** Without decoration, and of letters that every platform takes. */
  handle: string;
}

/** Who lives on a platform, and what they say. All of it is made up. */
export interface Cast {
  people: readonly Person[];
  /** How somebody begins: in private, under a post, or in public. */
  opening(where: 'private' | 'comment' | 'public', random: Random): string;
  /** What somebody says to an answer. */
  reply(to: string, random: Random): string;
  /** What the company posts. */
  post(random: Random): string;
}

const openings = {
  private: [
    'Hello, my parcel says delivered but the porch is empty.',
    'Can I still change the delivery address of order 40217?',
    'The kettle I bought in spring leaks at the lid. What can we do?',
    'Do you repair lamps that are out of guarantee?',
  ],
  comment: [
    'Is the blue one coming back?',
    'Lovely! Does it fit a 60 cm shelf?',
    'Mine arrived with a scratch, and nobody answers the phone.',
  ],
  public: [
    'Third day without an answer from your service desk. Anybody there?',
    'Whoever packed my order at @company: thank you, not a scratch.',
    'Your app forgets my basket each time I open it.',
  ],
};

const replies = [
  'Thank you, that was quick.',
  'That helps. When can I expect it?',
  'I sent the photo by mail, is that all right?',
  'Great, have a good day!',
];

const posts = [
  'The workshop is open on Saturday, with tea and spare parts.',
  'New in the shop: the folding lamp, made to be repaired.',
];

const people: Person[] = [
  { name: 'Ada Fenwick', handle: 'ada_fenwick' },
  { name: 'Bruno Castell', handle: 'bruno_castell' },
  { name: 'Chiamaka Obi', handle: 'chiamaka_obi' },
  { name: 'Dag Lindahl', handle: 'dag_lindahl' },
  { name: 'Emi Sakai', handle: 'emi_sakai' },
];

/** Enough to see something happen. */
export const smallCast: Cast = {
  people,
  opening: (where, random) => random.pick(openings[where]),
  reply: (_to, random) => random.pick(replies),
  post: (random) => random.pick(posts),
};
