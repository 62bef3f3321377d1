import { ownerOf } from './at-uri';
import { embeddedIn } from './embed';
import type { Post } from './lexicon';

/** One post of a reply chain. */
export interface Link {
  uri: string;
  /** Null where it is not there any more, or can't be seen. */
  record: Post | null;
}

/**
 * The post that begins the exchange with the company: the first one by somebody else that answers
 * the company, names it, quotes it, or is answered by it. Everything from there down is one
 * conversation; what is above is not meant for the company. -1 where the company talks to itself.
 *
 * It depends on nothing but the posts above and the one just below, which never change, so that
 * all posts of a tree give the same, whichever comes first.
 * @param chain from the root down
 */
export function headOf(chain: readonly Link[], company: string): number {
  const isOwn = (uri: string | undefined) => uri !== undefined && ownerOf(uri) === company;
  const found = chain.findIndex(
    ({ uri, record }, index) =>
      !isOwn(uri) &&
      (isOwn(record?.reply?.parent.uri ?? chain[index - 1]?.uri) ||
        isOwn(chain[index + 1]?.uri) ||
        addresses(record, company)),
  );
  if (found >= 0) return found;
  // all that is known of it is that it came to the company
  const last = chain.length - 1;
  return isOwn(chain[last]!.uri) ? -1 : last;
}

function addresses(record: Post | null, company: string): boolean {
  if (!record) return false;
  const { quote } = embeddedIn(record);
  return (
    (quote !== null && ownerOf(quote.uri) === company) ||
    (record.facets ?? []).some(({ features }) => features.some(({ did }) => did === company))
  );
}
