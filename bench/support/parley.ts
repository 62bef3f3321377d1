import { join } from 'node:path';
import { startServer, type Server } from './child';
import type { Target } from './load';
import type { Run } from './run';

/** Connections to PostgreSQL that every contender gets: Parley's default. */
export const POOL_SIZE = 10;

/** What secrets are encrypted with. */
export const SECRET_KEY = 'ab'.repeat(32);
const ADMIN_TOKEN = 'bench-0123456789abcdef';

/** The inbox: a page of conversations of one status, newest first, with their neighbours. */
export const inboxQuery = `
  query Inbox($status: ConversationStatus!, $first: Int!, $after: String) {
    conversations(first: $first, after: $after, filter: { status: $status }) {
      nodes {
        id status subject lastMessageAt messageCount
        customer { id name }
        channel { id name kind }
        lastMessage { id body direction sentAt }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`;

/** Starts Parley as it is deployed, over a database; absent role: all of it. */
export function startParley(
  run: Run,
  name: string,
  databaseUrl: string,
  role: 'all' | 'api' = 'all',
): Promise<Server> {
  return startServer(run, {
    name,
    script: join(__dirname, '..', '..', 'src', 'main.js'),
    args: [role],
    env: {
      DATABASE_URL: databaseUrl,
      PARLEY_ADMIN_TOKEN: ADMIN_TOKEN,
      PARLEY_SECRET_KEY: SECRET_KEY,
      PARLEY_POOL_SIZE: String(POOL_SIZE),
      LOG_LEVEL: 'warn',
    },
  });
}

/** A GraphQL request to a server, with the owner's token. */
export function graphqlTarget(server: Server, query: string, variables: object): Target {
  return {
    url: `${server.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ query, variables }),
  };
}
