import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A file of a package. Its exports name modules only, and its manifest; the files lie beside that. */
const within = (manifest: string, file: string) => join(dirname(manifest), file);

/** What the page loads, from the packages themselves: nothing comes from outside. */
const assets: Record<string, { file: string; type: string }> = {
  'graphiql.js': {
    file: within(require.resolve('graphiql/package.json'), 'graphiql.min.js'),
    type: 'text/javascript',
  },
  'graphiql.css': {
    file: within(require.resolve('graphiql/package.json'), 'graphiql.min.css'),
    type: 'text/css',
  },
  'react.js': {
    file: within(require.resolve('react/package.json'), 'umd/react.production.min.js'),
    type: 'text/javascript',
  },
  'react-dom.js': {
    file: within(require.resolve('react-dom/package.json'), 'umd/react-dom.production.min.js'),
    type: 'text/javascript',
  },
};

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Parley · GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphql/assets/graphiql.css">
<style>html, body, #graphiql { height: 100%; margin: 0 }</style>
</head>
<body>
<div id="graphiql">Loading…</div>
<script src="/graphql/assets/react.js"></script>
<script src="/graphql/assets/react-dom.js"></script>
<script src="/graphql/assets/graphiql.js"></script>
<script src="/graphql/assets/start.js"></script>
</body>
</html>
`;

/** A token may come in the fragment, which browsers keep to themselves; it moves to the headers editor. */
const start = `
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) history.replaceState(null, '', location.pathname);
const headers = JSON.stringify({ Authorization: 'Bearer ' + (token || '') }, null, 2);
const query = \`# Every request needs the Authorization header: see Headers below.
# Ctrl-Enter runs the query; Ctrl-Space completes.
query Inbox {
  viewer { name workspace { name } }
  conversations(first: 10, filter: { status: OPEN }) {
    nodes {
      id
      lastMessageAt
      customer { name }
      channel { name }
      lastMessage { body direction }
    }
    pageInfo { hasNextPage endCursor }
  }
}

# Everything that happens from now on, live.
subscription Live {
  events {
    kind
    position
    event { type subjectId }
    message { body direction conversation { id } }
  }
}
\`;
const answer = GraphiQL.createFetcher({ url: '/graphql' });
// a subscription comes as an event stream: a result for each event, until the tab or the query ends
const follow = (params, { headers }) => {
  const stop = new AbortController();
  const results = read(params, headers, stop.signal);
  const end = results.return.bind(results);
  results.return = (value) => {
    stop.abort();
    return end(value);
  };
  return results;
};
async function* read(params, headers, signal) {
  try {
    const response = await fetch('/graphql/stream', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(params),
      signal,
    });
    if (!response.ok) return yield await response.json();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const messages = (text + value).split('\\n\\n');
      text = messages.pop();
      for (const message of messages) {
        const data = /^event: next\\ndata: (.*)$/m.exec(message);
        if (data) yield JSON.parse(data[1]);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
const isSubscription = ({ operationName }, { documentAST } = {}) =>
  (documentAST ? documentAST.definitions : []).some(
    ({ kind, operation, name }) =>
      kind === 'OperationDefinition' &&
      operation === 'subscription' &&
      (!operationName || (name && name.value === operationName)),
  );
const fetcher = (params, options) =>
  isSubscription(params, options) ? follow(params, options) : answer(params, options);
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: query,
    defaultHeaders: headers,
    headers: token ? headers : undefined,
    shouldPersistHeaders: true,
  }),
);
`;

const policy = [
  `default-src 'none'`,
  `script-src 'self'`,
  // the editor sets styles as it goes
  `style-src 'self' 'unsafe-inline'`,
  `img-src data:`,
  `font-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** Serves what GraphiQL's page loads. */
export function graphiqlAssets(app: FastifyInstance): void {
  for (const [name, { file, type }] of Object.entries(assets)) {
    let content: Buffer | undefined;
    app.get(`/graphql/assets/${name}`, (_request, reply) => {
      content ??= readFileSync(file);
      return reply
        .header('cache-control', 'public, max-age=86400')
        .type(`${type}; charset=utf-8`)
        .send(content);
    });
  }
  app.get('/graphql/assets/start.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(start),
  );
}

/** Whether a request comes from somebody who wants a page rather than data: a browser's address bar. */
export function wantsPage({ method, headers, query }: FastifyRequest): boolean {
  const asksForData = Object.keys(query as object).length > 0;
  return method === 'GET' && !asksForData && headers.accept?.includes('text/html') === true;
}

/** Sends GraphiQL's page. */
export function sendPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', policy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(page);
}
