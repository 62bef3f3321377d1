import { runInNewContext } from 'node:vm';
import { startTestApp, type TestApp } from '../support/app';
import { makeChannel } from '../support/world';

let parley: TestApp;

beforeAll(async () => {
  parley = await startTestApp({}, 'all');
});

afterAll(() => parley.close());

type Results = AsyncGenerator<{ data?: { events: object }; errors?: object[] }>;
type Fetcher = (params: object, options: object) => Results;

/** The fetcher that the page gives to GraphiQL, run as in a browser but for the drawing. */
async function pageFetcher(): Promise<Fetcher> {
  const script = await (await fetch(`${parley.url}/graphql/assets/start.js`)).text();
  let fetcher: Fetcher | undefined;
  runInNewContext(script, {
    ...{ AbortController, TextDecoderStream, URLSearchParams },
    location: { hash: '' },
    document: { getElementById: () => null },
    fetch: (path: string, options: RequestInit) => fetch(`${parley.url}${path}`, options),
    GraphiQL: { createFetcher: () => undefined },
    React: {
      createElement: (_component: unknown, props: { fetcher: Fetcher }) => {
        ({ fetcher } = props);
      },
    },
    ReactDOM: { createRoot: () => ({ render: () => undefined }) },
  });
  return fetcher!;
}

function subscription(token: string | null) {
  const definition = { kind: 'OperationDefinition', operation: 'subscription' };
  return {
    documentAST: { definitions: [definition] },
    headers: { Authorization: `Bearer ${token}` },
  };
}

test('GraphiQL follows a subscription until it is stopped', async () => {
  const { owner } = await parley.workspace();
  await parley.app.drain();
  const fetcher = await pageFetcher();
  const query = 'subscription { events { kind event { type } } }';
  const results = fetcher({ query }, subscription(owner.token));

  const notice = { kind: 'HEARTBEAT', event: null };
  expect((await results.next()).value).toEqual({ data: { events: notice } });
  const next = results.next();
  await makeChannel(owner);
  const event = { kind: 'EVENT', event: { type: 'channel.created' } };
  expect((await next).value).toEqual({ data: { events: event } });

  const pending = results.next();
  await results.return(undefined);
  expect((await pending).done).toBe(true);
});

test('GraphiQL shows why a subscription is refused', async () => {
  const { owner } = await parley.workspace();
  const fetcher = await pageFetcher();

  const mistyped = fetcher({ query: 'subscription { evts }' }, subscription(owner.token));
  expect((await mistyped.next()).value).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  const stranger = fetcher({ query: 'subscription { events { kind } }' }, subscription('nobody'));
  expect((await stranger.next()).value).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});
