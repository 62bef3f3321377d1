import fc from 'fast-check';
import type { TwcsItem } from '../../src/cli/import/twcs/items';
import type { TwcsPlan } from '../../src/cli/import/twcs/plan';
import { importFile, writeTweets, type MadeUpTweet } from './twcs-files';

const BRANDS = ['Acme', 'Bolt', 'Crag'];
const CUSTOMERS = ['1001', '1002', '1003', 'dora'];
const TEXTS = ['hello', '@Acme', 'x @nobody @bolt hi @Acme', '@CRAG.', '@1001 @Craggy', 'me@bolt'];

/** Files of up to 14 tweets with close times, so that ties, circles and outside parents abound. */
const files = fc
  .uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 14 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          brand: fc.boolean(),
          who: fc.nat(11),
          at: fc.nat(4),
          text: fc.constantFrom(...TEXTS),
          to: fc.oneof(
            { weight: 4, arbitrary: fc.constantFrom(...ids) },
            fc.constantFrom<number | string>('', '', 77),
          ),
        }),
      ),
    ),
  )
  .map((drafts) =>
    drafts.map(({ who, ...draft }): MadeUpTweet & { id: number; author: string } => {
      const names = draft.brand ? BRANDS : CUSTOMERS;
      return { ...draft, author: names[who % names.length] ?? '' };
    }),
  );

type Made = MadeUpTweet & { id: number; author: string };

/** The definitions once more, as slowly and plainly as they read. */
function expected(tweets: readonly Made[]) {
  const byId = new Map(tweets.map((tweet) => [tweet.id, tweet]));
  const brands = new Set(tweets.filter((tweet) => tweet.brand).map((tweet) => tweet.author));
  const brandNamed = (handle: string) =>
    [...brands].find((brand) => brand.toLowerCase() === handle.toLowerCase());
  const earliestFirst = (a: Made, b: Made) => (a.at ?? 0) - (b.at ?? 0) || a.id - b.id;
  const inFile = (tweet: Made) => byId.get(Number(tweet.to));
  const closesCircle = (tweet: Made) => {
    const met: number[] = [];
    for (let up = inFile(tweet); up && !met.includes(up.id); up = inFile(up)) met.push(up.id);
    return met.includes(tweet.id) && met.every((id) => id >= tweet.id || !onCircle(id));
  };
  const onCircle = (id: number) => {
    const met: number[] = [];
    for (let up = inFile(byId.get(id) as Made); up && !met.includes(up.id); up = inFile(up)) {
      met.push(up.id);
    }
    return met.includes(id);
  };
  const parent = (tweet: Made) => (closesCircle(tweet) ? undefined : inFile(tweet));
  const above = (tweet: Made): Made[] => {
    const up = parent(tweet);
    return up === undefined ? [] : [up, ...above(up)];
  };
  const root = (tweet: Made) => (above(tweet).at(-1) ?? tweet).id;
  const tree = (tweet: Made) => tweets.filter((other) => root(other) === root(tweet));
  const brandOf = (tweet: Made): string | null => {
    if (tweet.brand) return tweet.author;
    const answers = tweets.filter((other) => other.brand && parent(other) === tweet);
    const answer = answers.sort(earliestFirst)[0];
    if (answer) return answer.author;
    const up = parent(tweet);
    if (up?.brand) return up.author;
    const mentions = [...(tweet.text ?? '').matchAll(/@(\w+)/g)].map((match) => match[1] ?? '');
    const mention = mentions.map(brandNamed).find((brand) => brand !== undefined);
    if (mention !== undefined) return mention;
    const ancestor = above(tweet).find((one) => one.brand);
    if (ancestor) return ancestor.author;
    const writers = new Set(tree(tweet).flatMap((one) => (one.brand ? [one.author] : [])));
    return writers.size === 1 ? ([...writers][0] ?? null) : null;
  };
  const thread = (tweet: Made) => Math.min(...tree(tweet).map(({ id }) => id));
  return [...tweets]
    .sort((a, b) => a.id - b.id)
    .map((tweet) => {
      const channel = brandOf(tweet);
      const conversation = tree(tweet).filter((other) => brandOf(other) === channel);
      const opening = conversation.filter((other) => !other.brand).sort(earliestFirst)[0];
      const up = parent(tweet);
      const cut = closesCircle(tweet) || tweet.to === '';
      return {
        externalId: String(tweet.id),
        channel,
        threadKey: String(thread(tweet)),
        customerAuthorId: opening?.author ?? null,
        replyTo: cut
          ? null
          : { externalId: String(tweet.to), channel: up === undefined ? channel : brandOf(up) },
      };
    });
}

const told = (items: readonly TwcsItem[]) =>
  [...items]
    .sort((a, b) => (a.orderKey < b.orderKey ? -1 : 1))
    .map(({ externalId, channel, threadKey, customerAuthorId, replyTo }) => ({
      externalId,
      channel,
      threadKey,
      customerAuthorId,
      replyTo,
    }));

const figures = ({
  channels,
  customers,
  trees,
  conversations,
  attributedBy,
  cutReplyCount,
}: TwcsPlan) => ({
  channels,
  customers,
  trees,
  conversations,
  attributedBy,
  cutReplyCount,
});

test('any file, in any order of its rows, has the trees and brands that the definitions give', async () => {
  await fc.assert(
    fc.asyncProperty(
      files.chain((tweets) =>
        fc.tuple(
          fc.constant(tweets),
          fc.shuffledSubarray(tweets, { minLength: tweets.length, maxLength: tweets.length }),
        ),
      ),
      async ([tweets, shuffled]) => {
        const one = await importFile(writeTweets(tweets));
        const other = await importFile(writeTweets(shuffled));
        expect(told(one.items)).toEqual(expected(tweets));
        expect(told(other.items)).toEqual(told(one.items));
        expect(figures(other.plan)).toEqual(figures(one.plan));
      },
    ),
    { numRuns: 250 },
  );
});
