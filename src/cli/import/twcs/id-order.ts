/** The tweets of a file in the order of their ids, which is the order in which they are numbered. */
export interface IdOrder {
  /** By tweet: its id. */
  ids: BigInt64Array;
  /** By tweet: its row in the file. */
  rowOf: Uint32Array;
  /** By row: its tweet, or -1 for a row whose id an earlier row has. */
  tweetOf: Int32Array;
  /** Pairs of rows, in the order of the file: one whose id is taken, and the one that has it. */
  duplicates: { row: number; first: number }[];
}

/** Orders the rows of a file by id; of rows with one id the first in the file is the tweet. */
export function orderById(rowIds: BigInt64Array): IdOrder {
  const id = (row: number) => rowIds[row] ?? 0n;
  const rows = Uint32Array.from(rowIds.keys()).sort((a, b) => {
    const [one, other] = [id(a), id(b)];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
  const tweetOf = new Int32Array(rows.length).fill(-1);
  const duplicates: IdOrder['duplicates'] = [];
  let count = 0;
  for (const row of rows) {
    const before = rows[count - 1];
    if (count > 0 && before !== undefined && id(before) === id(row)) {
      duplicates.push({ row, first: before });
      continue;
    }
    rows[count] = row;
    tweetOf[row] = count;
    count += 1;
  }
  const rowOf = rows.slice(0, count);
  const ids = new BigInt64Array(count);
  rowOf.forEach((row, tweet) => {
    ids[tweet] = id(row);
  });
  duplicates.sort((a, b) => a.row - b.row);
  return { ids, rowOf, tweetOf, duplicates };
}

/** The tweet with an id, or -1. */
export function findTweet(ids: BigInt64Array, id: bigint): number {
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = ids[middle] ?? 0n;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
