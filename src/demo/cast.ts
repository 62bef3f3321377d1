import type { Cast, Person } from '../simulator/cast';
import type { Random } from '../simulator/random';

/**
 * Who lives in the demonstration: a small maker of lamps and those who buy from it. All of them, and
 * all that they say, are made up.
 */

const people: Person[] = [
  { name: 'Aroha Tamatea', handle: 'aroha_tamatea' },
  { name: 'Benedikt Hollerer', handle: 'b_hollerer' },
  { name: 'Camila Rojas Prado', handle: 'camila_rp' },
  { name: 'Dunja Vukelić', handle: 'dunja_v' },
  { name: 'Eitan Barzel', handle: 'eitan_barzel' },
  { name: 'Farida Nazarova', handle: 'farida_naz' },
  { name: 'Gaspard Thévenin', handle: 'gaspard_t' },
  { name: 'Hoa Linh Đặng', handle: 'hoalinh_d' },
  { name: 'Ifeoma Adeyinka', handle: 'ifeoma_ade' },
  { name: 'Jorunn Sandvik', handle: 'jorunn_s' },
  { name: 'Kwabena Owusu', handle: 'kwabena_o' },
  { name: 'Lorcan Meade', handle: 'lorcan_meade' },
  { name: 'Mirjam Tuisk', handle: 'mirjam_tuisk' },
  { name: 'Noor el Fassi', handle: 'noor_elfassi' },
  { name: 'Otávio Brandão', handle: 'otavio_b' },
  { name: 'Priya Raghunathan', handle: 'priya_raghu' },
];

const openings: Record<'private' | 'comment' | 'public', readonly string[]> = {
  private: [
    'Hello! My parcel is marked as delivered, but nothing is here. Order 40217.',
    'The dimmer of my desk lamp hums since yesterday. Is that covered?',
    'Can I still change the address of an order from this morning?',
    'Which bulb fits the Tarn reading lamp? The print on mine has worn off.',
    'I sent a lamp back two weeks ago and have not seen the refund 😕',
    'Do you ship to Iceland, and what does it cost?',
    'The glass shade arrived in three pieces. I have photos.',
    'Could I get an invoice with our company name on it?',
    'Is it safe to hang the Lume in a bathroom?',
    'My discount code says it is used up, but I never used it.',
    'Two of four lamps came. Are the others still on their way?',
    'How do I reset the remote? It blinks red three times.',
  ],
  comment: [
    'Is the moss green one coming back?',
    'Beautiful! Does it take a normal bulb?',
    'Mine flickers after a month. Anybody else?',
    'Bought two, and the second one was packed even better than the first 💛',
    'What does shipping to Portugal cost?',
    'How tall is it with the shade on?',
    'Please tell me there will be a floor version.',
    'The photo is lovely, the waiting time is not. Six weeks!',
    'Is the cable really two metres long?',
  ],
  public: [
    'Third day without an answer from the service desk. Is anybody there?',
    'Whoever packed my lamp: not a scratch on it. Thank you!',
    'My lamp arrived with a plug for another country. What now?',
    'Took the old desk lamp to the repair day, and it works again. More of this, please.',
    'Ordered in spring. It is autumn. The lamp is still "being prepared".',
    'Does the app forget the basket for everybody, or only for me?',
    'Five years of daily use and the hinge is as tight as on the first day.',
  ],
};

const replies: readonly string[] = [
  'That was quick, thank you!',
  'Good to know. When can I expect it?',
  'I have sent the photos just now, is that all right?',
  'Perfect, that solves it 👍',
  'Hm, I tried that already. Is there anything else?',
  'Thanks for looking into it.',
  'The order number is 40217, if that helps.',
  'Could somebody call me about it tomorrow?',
];

const posts: readonly string[] = [
  'Saturday is repair day: bring your old lamp, we bring tea and spare parts.',
  'New in the shop: the Tarn in moss green. Folds flat, and every part can be replaced.',
  'How we test a hinge: twenty thousand times up and down.',
  'Behind the scenes: Jette blows the glass for the winter series.',
];

export const demoCast: Cast = {
  people,
  opening: (where: keyof typeof openings, random: Random) => random.pick(openings[where]),
  reply: (_to: string, random: Random) => random.pick(replies),
  post: (random: Random) => random.pick(posts),
};
