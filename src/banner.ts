import type { App } from './app';
import type { Config } from './config/config';

/** What a person sees when the server is up: where it is, how to get in, what to try. */
export function banner({ embedded, first, config }: App, address: string): string {
  const { token } = first;
  const secret = token ?? (config.adminToken ? '$PARLEY_ADMIN_TOKEN' : '$TOKEN');
  const lines = [
    '',
    `  Parley is up.`,
    '',
    `  GraphQL    ${address}/graphql`,
    `  GraphiQL   ${address}/graphql${token ? `#token=${token}` : ''}  (in a browser)`,
    `  Health     ${address}/health/ready`,
    `  Database   ${embedded ? `PostgreSQL under ${config.dataDir}` : 'the server of DATABASE_URL'}`,
    ...tokenLines(token, config),
    '',
    '  Try:',
    `  curl ${address}/graphql -H 'content-type: application/json' -H "authorization: Bearer ${secret}" \\`,
    `    -d '{"query":"{ viewer { name workspace { name } } }"}'`,
    '',
    '',
  ];
  return lines.join('\n');
}

function tokenLines(token: string | null, { adminToken }: Config): string[] {
  if (token) {
    return [
      `  Token      ${token}`,
      '             It is the owner’s and shown this once: keep it.',
    ];
  }
  if (adminToken) return ['  Token      that of PARLEY_ADMIN_TOKEN'];
  return ['  Token      shown at the first start; `npx parley token create` makes another one'];
}
