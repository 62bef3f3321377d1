import { transform } from '@swc/core';
import { readLiveCode } from '../support/live-code';

/** A client of graphql-ws or graphql-sse, as far as the page's code needs it. */
export interface LiveClient {
  subscribe(request: object, sink: object): () => void;
}

/** What `follow` of docs/live.md takes. */
export interface Following<Item> {
  query: string;
  variables?: object;
  after?: number | null;
  onItem: (item: Item) => void;
  onError?: (reason: unknown) => void;
}

/** What `readChanges` of docs/live.md takes. */
export interface ChangesReading {
  url: string;
  token: string;
  signal: AbortSignal;
  after: number;
  onEvents: (events: { id: string; position: number }[], position: number) => void;
  onResync: () => void;
}

/** The code of docs/live.md that everybody is told to use: these tests resume just as they do. */
export interface LiveModule {
  follow<Item>(client: LiveClient, following: Following<Item>): () => void;
  readChanges(reading: ChangesReading): Promise<number>;
}

/** Loads what these tests use of docs/live.md. */
export async function loadLiveModule(): Promise<LiveModule> {
  const code = await readLiveCode();
  const loaded = new Map<string, object>();
  for (const name of ['follow.mjs', 'ask.mjs', 'changes.mjs']) {
    const exports = {};
    const { code: script } = await transform(code.get(name)!, {
      swcrc: false,
      jsc: { target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const require = (path: string) => loaded.get(path.slice('./'.length));
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    new Function('exports', 'require', script)(exports, require);
    loaded.set(name, exports);
  }
  return Object.assign({}, ...loaded.values()) as LiveModule;
}
