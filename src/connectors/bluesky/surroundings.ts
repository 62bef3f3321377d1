import { LRUCache } from 'lru-cache';
import type { Ancestor } from './delivery';
import { post, type PostView, type Profile } from './lexicon';
import { readPosts, readProfiles } from './network';
import type { Session } from './session';

/** Longest chain that is kept whole; of longer ones the middle is left out. */
const LONGEST_CHAIN = 60;
/** How far up is looked; the network's own views stop there too. */
const HIGHEST = 1_000;
const PROFILE_AGE = 3_600_000;

/** What a post stands under, and who people are: read once and remembered for a while. */
export class Surroundings {
  private readonly posts = new LRUCache<string, PostView>({ max: 2_000 });
  private readonly profiles: LRUCache<string, Profile>;

  constructor(
    private readonly session: Session,
    clock: () => Date,
  ) {
    const perf = { now: () => clock().getTime() };
    this.profiles = new LRUCache({ max: 5_000, ttl: PROFILE_AGE, perf });
  }

  /** The chains above posts, from their roots down; read level by level for all of them at once. */
  async above(records: readonly unknown[]): Promise<Ancestor[][]> {
    const chains = records.map((record): { next: string | null; chain: Ancestor[] } => ({
      next: parentOf(record),
      chain: [],
    }));
    for (let height = 0; height < HIGHEST; height++) {
      const open = chains.filter(({ next }) => next !== null);
      if (open.length === 0) break;
      const views = await this.postsOf([...new Set(open.map(({ next }) => next!))]);
      for (const it of open) {
        const view = views.get(it.next!) ?? null;
        it.chain.push({ uri: it.next!, view });
        it.next = view && parentOf(view.record);
      }
    }
    return chains.map(({ chain }) => shortened(chain.reverse()));
  }

  /** Those of whom nothing is known are left out. */
  async people(dids: readonly string[]): Promise<Map<string, Profile>> {
    const wanted = [...new Set(dids)];
    const unknown = wanted.filter((did) => !this.profiles.has(did));
    for (const [did, profile] of await readProfiles(this.session, unknown)) {
      this.profiles.set(did, profile);
    }
    const known = wanted.map((did) => [did, this.profiles.get(did)] as const);
    return new Map(known.filter((it): it is [string, Profile] => it[1] !== undefined));
  }

  private async postsOf(uris: readonly string[]): Promise<Map<string, PostView>> {
    // what is absent now may only not have come through yet, so that is not remembered
    const unknown = uris.filter((uri) => !this.posts.has(uri));
    for (const [uri, view] of await readPosts(this.session, unknown)) this.posts.set(uri, view);
    const known = uris.map((uri) => [uri, this.posts.get(uri)] as const);
    return new Map(known.filter((it): it is [string, PostView] => it[1] !== undefined));
  }
}

function parentOf(record: unknown): string | null {
  return post.safeParse(record).data?.reply?.parent.uri ?? null;
}

/** Where an exchange begins is seen at the top, what is answered at the bottom. */
function shortened(chain: Ancestor[]): Ancestor[] {
  if (chain.length <= LONGEST_CHAIN) return chain;
  const half = LONGEST_CHAIN / 2;
  return [...chain.slice(0, half), ...chain.slice(-half)];
}
