/**
 * Runs code of docs/live.md as the project of a reader would, in a process of its own. The folder with
 * the code is argv[2]; what to run comes as a message, what it tells goes back as messages.
 */
import process from 'node:process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';

globalThis.WebSocket ??= WebSocket;

const load = (name) => import(pathToFileURL(join(process.argv[2], name)).href);
const tell = (kind) => (value) => process.send({ kind, value });

/** Events of sockets have what matters in getters, which messages leave out. */
const tellReason = (reason) => {
  const { code, message } = reason ?? {};
  const status = reason?.response?.status;
  process.send({
    kind: 'error',
    value: Array.isArray(reason) ? reason : { code, message, status },
  });
};

const scenes = {
  async inbox(options) {
    const { liveInbox } = await load('inbox.mjs');
    const onChange = (list) => tell('list')([...list.values()]);
    return liveInbox({ ...options, onChange, onError: tellReason });
  },

  async events({ over, url, token, silence, ...following }) {
    const { follow } = await load('follow.mjs');
    const client = await clients[over]({ url, token });
    const end = follow(client, {
      query: `subscription ($after: Position) {
        events(after: $after) { kind position event { id type } }
      }`,
      ...following,
      silence,
      onItem: tell('item'),
      onError: tellReason,
    });
    return () => {
      end();
      return client.dispose();
    };
  },

  async apollo({ url, token, conversationId }) {
    const { gql } = await import('@apollo/client');
    const { createApollo, followConversation } = await load('apollo.mjs');
    const { apollo, live } = createApollo({ url, token });
    const query = gql`
      query ($id: ID!) {
        conversation(id: $id) {
          id
          status
        }
      }
    `;
    // what a component shows that knows nothing of subscriptions
    const shown = apollo
      .watchQuery({ query, variables: { id: conversationId } })
      .subscribe(({ data }) => tell('shown')(data?.conversation?.status ?? null));
    const onResync = () => {
      tell('resync')(null);
      void apollo.refetchQueries({ include: 'active' });
    };
    // two components that show the same conversation
    const ends = ['event', 'event of another'].map((kind) =>
      followConversation(live, {
        ...{ conversationId, onResync },
        onEvent: tell(kind),
        onError: tellReason,
      }),
    );
    return () => {
      for (const end of ends) end();
      shown.unsubscribe();
      apollo.stop();
      return live.dispose();
    };
  },

  async changes(options) {
    const { readChanges } = await load('changes.mjs');
    const position = await readChanges({
      ...options,
      onEvents: (events) => events.forEach(tell('event')),
      onResync: tell('resync'),
    }).catch(tellReason);
    tell('end')(position);
    return () => {};
  },

  async webhooks({ secret }) {
    const { createReceiver } = await load('webhook.mjs');
    const server = createReceiver({ secret, onEvent: tell('event') }).listen(0, '127.0.0.1');
    server.on('listening', () => tell('port')(server.address().port));
    return () => server.close();
  },
};

const clients = {
  async socket({ url, token }) {
    const { createClient } = await import('graphql-ws');
    return createClient({
      url: url.replace(/^http/, 'ws'),
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
  },
  async stream(options) {
    const { createStreamClient } = await load('event-stream.mjs');
    return createStreamClient(options);
  },
  'shared stream': (options) => clients.stream({ ...options, singleConnection: true }),
};

let end = () => {};
process.on('message', async ({ scene, options }) => {
  if (scene === 'end') {
    await end();
    // a process that has nothing left to do ends by itself
    return process.disconnect();
  }
  end = await scenes[scene](options);
});
