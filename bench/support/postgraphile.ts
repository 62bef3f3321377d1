import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownEnvironment, startServer, stop, type Server } from './child';
import type { Target } from './load';
import { POOL_SIZE } from './parley';
import { BenchError, peersRoot, type Run } from './run';

const folder = join(peersRoot, 'postgraphile');

interface Package {
  version: string;
  dependencies: Record<string, string>;
}

/** The inbox in PostGraphile's own naming. */
export const postgraphileInbox = `
  query Inbox($workspaceId: UUID!, $status: String!, $first: Int!) {
    allConversations(
      first: $first
      orderBy: [LAST_MESSAGE_AT_DESC, ID_DESC]
      condition: { workspaceId: $workspaceId, status: $status }
    ) {
      nodes {
        id status subject lastMessageAt messageCount
        customerByWorkspaceIdAndCustomerId { id name }
        channelByWorkspaceIdAndChannelId { id name kind }
        lastMessage { id body direction sentAt }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`;

/** Starts PostGraphile over a database, after installing it where it isn't yet. */
export async function startPostgraphile(run: Run, databaseUrl: string): Promise<Server> {
  await install(run);
  return startServer(run, {
    name: 'PostGraphile',
    script: join(folder, 'server.cjs'),
    env: {
      DATABASE_URL: databaseUrl,
      POOL_SIZE: String(POOL_SIZE),
      GRAPHQL_ENV: 'production',
      GRAPHILE_TURBO: '1',
    },
  });
}

/** A GraphQL request to PostGraphile. */
export function postgraphileTarget(server: Server, query: string, variables: object): Target {
  return {
    url: `${server.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  };
}

async function install(run: Run): Promise<void> {
  const { dependencies } = await readPackage(folder);
  const names = Object.keys(dependencies);
  const versions = await Promise.all(
    names.map((name) => readPackage(join(folder, 'node_modules', name)).catch(() => null)),
  );
  if (names.every((name, index) => versions[index]?.version === dependencies[name])) return;
  run.say(`installing PostGraphile ${dependencies['postgraphile']} in bench/peers, once`);
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: ownEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await run.atEnd(() => stop(npm));
  let complaint = '';
  npm.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [code] = (await once(npm, 'close')) as [number | null];
  if (code !== 0) throw new BenchError(`npm ci in bench/peers/postgraphile failed.\n${complaint}`);
}

async function readPackage(directory: string): Promise<Package> {
  return JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Package;
}
