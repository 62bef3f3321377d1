/** A tweet that replies to none, or whose reply closed a circle. */
export const NO_PARENT = -1;
/** A tweet that replies to one that is not in the file. */
export const PARENT_OUTSIDE = -2;

/**
 * The reply trees of tweets that are numbered in the order of their ids.
 * That order makes the smallest id of a tree its smallest number, whatever the order of the file.
 */
export interface ReplyTrees {
  /** By tweet: the tweet it replies to, or NO_PARENT, or PARENT_OUTSIDE. */
  parent: Int32Array;
  /** By tweet: the tweet with the smallest id of its tree, which names the conversation. */
  tree: Int32Array;
  /** All tweets, each after the tweet it replies to. */
  topDown: Int32Array;
  /** The tweets whose reply closed a circle: the smallest of each circle, whose parent was cut. */
  cut: number[];
}

/** Cuts each circle of replies at its smallest tweet, the one that must have been there first. */
function cutCircles(parent: Int32Array): number[] {
  const cut: number[] = [];
  const seenFrom = new Int32Array(parent.length).fill(-1);
  for (let start = 0; start < parent.length; start += 1) {
    let at = start;
    while (at >= 0 && seenFrom[at] === -1) {
      seenFrom[at] = start;
      at = parent[at] ?? NO_PARENT;
    }
    if (at < 0 || seenFrom[at] !== start) continue;
    let smallest = at;
    for (let on = parent[at] ?? at; on !== at; on = parent[on] ?? at) {
      smallest = Math.min(smallest, on);
    }
    parent[smallest] = NO_PARENT;
    cut.push(smallest);
  }
  return cut;
}

/** Orders the tweets so that each comes after its parent: depth does not matter, nothing recurses. */
function orderTopDown(parent: Int32Array): Int32Array {
  const order = new Int32Array(parent.length);
  const placed = new Uint8Array(parent.length);
  let count = 0;
  for (let start = 0; start < parent.length; start += 1) {
    const first = count;
    for (let at = start; at >= 0 && placed[at] === 0; at = parent[at] ?? NO_PARENT) {
      placed[at] = 1;
      order[count] = at;
      count += 1;
    }
    // The walk went up; turned round, parents come first.
    order.subarray(first, count).reverse();
  }
  return order;
}

/**
 * Grows the reply trees from each tweet's parent. Takes the array over and cuts circles in it.
 * Takes time in proportion to the tweets, however deep or circular the replies are.
 */
export function growReplyTrees(parent: Int32Array): ReplyTrees {
  const cut = cutCircles(parent);
  const topDown = orderTopDown(parent);
  const root = new Int32Array(parent.length);
  const smallest = Int32Array.from(parent.keys());
  for (const at of topDown) {
    const up = parent[at] ?? NO_PARENT;
    const top = up >= 0 ? (root[up] ?? up) : at;
    root[at] = top;
    smallest[top] = Math.min(smallest[top] ?? at, at);
  }
  const tree = root.map((top) => smallest[top] ?? top);
  return { parent, tree, topDown, cut };
}
