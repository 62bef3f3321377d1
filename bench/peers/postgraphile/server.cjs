/**
 * PostGraphile over Parley's tables, set up as for production. Runs over DATABASE_URL with a pool of
 * POOL_SIZE and listens on PORT.
 */
const { createServer } = require('node:http');
const { makeJSONPgSmartTagsPlugin } = require('graphile-utils');
const { Pool } = require('pg');
const { postgraphile } = require('postgraphile');

/** The tables have no foreign key to the last message; with this one it is read like any other relation. */
const lastMessage = makeJSONPgSmartTagsPlugin({
  version: 1,
  config: {
    class: {
      'public.conversation': {
        tags: {
          foreignKey:
            '(workspace_id, last_message_id) references message (workspace_id, id)|@fieldName lastMessage',
        },
      },
    },
  },
});

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.POOL_SIZE),
});
const middleware = postgraphile(pool, 'public', {
  appendPlugins: [lastMessage],
  disableDefaultMutations: true,
  disableQueryLog: true,
  dynamicJson: true,
  enableQueryBatching: false,
  graphiql: false,
  retryOnInitFail: false,
  setofFunctionsContainNulls: false,
  watchPg: false,
});

middleware.getGraphQLSchema().then(
  () => {
    createServer((request, response) => {
      if (request.url === '/health/ready') response.end();
      else middleware(request, response);
    }).listen(Number(process.env.PORT), '127.0.0.1');
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

process.on('SIGTERM', () => process.exit());
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
