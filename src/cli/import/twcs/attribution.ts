import type { ReplyTrees } from './reply-trees';

/** No brand. */
export const NO_BRAND = -1;
const SEVERAL_BRANDS = -2;

/** The rule that gave an inbound tweet its brand; 0 for outbound tweets, which have their author. */
export const RULE = {
  author: 0,
  answer: 1,
  parent: 2,
  mention: 3,
  ancestor: 4,
  soleBrand: 5,
  none: 6,
} as const;

/** What attribution needs of the tweets, which are numbered in the order of their ids. */
export interface AttributionInput {
  trees: ReplyTrees;
  /** By tweet: seconds since 1970. */
  seconds: Uint32Array;
  /** By tweet: the brand that wrote it; NO_BRAND for an inbound tweet. */
  writer: Int32Array;
  /** By tweet: the first brand that its text mentions, or NO_BRAND. */
  mentioned: Int32Array;
}

/** The brand of each tweet, and the rule that gave it. */
export interface Attribution {
  brand: Int32Array;
  rule: Uint8Array;
}

/** By tweet: its earliest brand child (the smallest id among equals), or -1. */
function earliestAnswers({ trees, seconds, writer }: AttributionInput): Int32Array {
  const answer = new Int32Array(writer.length).fill(-1);
  const time = (tweet: number) => seconds[tweet] ?? 0;
  for (let at = 0; at < writer.length; at += 1) {
    const up = trees.parent[at] ?? -1;
    if (up < 0 || writer[at] === NO_BRAND) continue;
    const best = answer[up] ?? -1;
    // Tweets come in the order of their ids, so that the first of two at one time stays.
    if (best === -1 || time(at) < time(best)) answer[up] = at;
  }
  return answer;
}

/** By tweet: the brand of the nearest tweet above it that a brand wrote. */
function nearestBrandsAbove({ trees, writer }: AttributionInput): Int32Array {
  const above = new Int32Array(writer.length).fill(NO_BRAND);
  for (const at of trees.topDown) {
    const up = trees.parent[at] ?? -1;
    if (up < 0) continue;
    const own = writer[up] ?? NO_BRAND;
    above[at] = own === NO_BRAND ? (above[up] ?? NO_BRAND) : own;
  }
  return above;
}

/** By tree: the one brand that wrote in it; NO_BRAND or SEVERAL_BRANDS otherwise. */
function soleBrands({ trees, writer }: AttributionInput): Int32Array {
  const sole = new Int32Array(writer.length).fill(NO_BRAND);
  writer.forEach((brand, at) => {
    if (brand === NO_BRAND) return;
    const tree = trees.tree[at] ?? at;
    sole[tree] = sole[tree] === NO_BRAND || sole[tree] === brand ? brand : SEVERAL_BRANDS;
  });
  return sole;
}

/**
 * Gives each tweet its brand. An outbound tweet has its author; an inbound one the first of
 *   1 the author of its earliest answer by a brand (the smallest id among equals),
 *   2 the author of the tweet it replies to, when a brand wrote that,
 *   3 the first brand its text mentions,
 *   4 the nearest brand above it in the replies,
 *   5 the brand of its tree, when exactly one wrote in it,
 *   6 none.
 */
export function attribute(input: AttributionInput): Attribution {
  const { trees, writer, mentioned } = input;
  const answers = earliestAnswers(input);
  const above = nearestBrandsAbove(input);
  const sole = soleBrands(input);
  const of = (brands: Int32Array, at: number) => (at < 0 ? NO_BRAND : (brands[at] ?? NO_BRAND));
  const brand = new Int32Array(writer.length);
  const rule = new Uint8Array(writer.length);
  for (let at = 0; at < writer.length; at += 1) {
    const candidates = [
      of(writer, at),
      of(writer, of(answers, at)),
      of(writer, of(trees.parent, at)),
      of(mentioned, at),
      of(above, at),
      Math.max(of(sole, of(trees.tree, at)), NO_BRAND),
    ];
    const first = candidates.findIndex((candidate) => candidate !== NO_BRAND);
    brand[at] = candidates[first] ?? NO_BRAND;
    rule[at] = first === -1 ? RULE.none : first;
  }
  return { brand, rule };
}
