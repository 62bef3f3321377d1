import type { App } from './app';

/** What a person sees when the server is up: where it is, how to get in, what to try. */
export function banner(app: App, address: string, demoToken: string | null = null): string {
  const { embedded, config } = app;
  const { token } = app.first;
  const secret = token ?? (config.adminToken ? '$PARLEY_ADMIN_TOKEN' : '$TOKEN');
  const lines = [
    '',
    `  Parley is up.`,
    '',
    `  GraphQL    ${address}/graphql`,
    `  GraphiQL   ${address}/graphql${token ? `#token=${token}` : ''}  (in a browser)`,
    `  Health     ${address}/health/ready`,
    `  Database   ${embedded ? `PostgreSQL under ${config.dataDir}` : 'the server of DATABASE_URL'}`,
    ...tokenLines(app),
    '',
    '  Try:',
    `  curl ${address}/graphql -H 'content-type: application/json' -H "authorization: Bearer ${secret}" \\`,
    `    -d '{"query":"{ viewer { name workspace { name } } }"}'`,
    '',
    ...(demoToken === null ? [] : demoLines(address, demoToken)),
    '',
  ];
  return lines.join('\n');
}

/** How to see the demonstration, in a workspace of its own. */
function demoLines(address: string, token: string): string[] {
  return [
    '  Demonstration: simulated customers on simulated platforms (PARLEY_DEMO=off goes without)',
    `  GraphiQL   ${address}/graphql#token=${token}`,
    `  Token      ${token}`,
    '  Paste:     subscription { events(types: ["message.*"]) {',
    '               event { type } message { direction body status author { name } }',
    '               conversation { id visibility channel { name } } } }',
    '  Answer:    mutation { messageSend(conversationId: "cnv_…", input: { body: "We are on it." }) {',
    '               message { status } userErrors { message } } }',
    '',
  ];
}

function tokenLines({ first: { token }, config: { adminToken } }: App): string[] {
  if (token) {
    return [
      `  Token      ${token}`,
      '             It is the owner’s and shown this once: keep it.',
    ];
  }
  if (adminToken) return ['  Token      that of PARLEY_ADMIN_TOKEN'];
  return ['  Token      shown at the first start; `npx parley token create` makes another one'];
}

/** The owner token for a process that shows no banner: this is the only time that it is known. Empty when none was made. */
export function firstToken({ first: { token } }: Pick<App, 'first'>): string {
  return token ? `A first workspace was made. Its owner token, shown this once: ${token}\n` : '';
}
