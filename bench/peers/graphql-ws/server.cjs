/**
 * Subscriptions as they are mostly built: graphql-ws, graphql-js, and for each subscriber an async
 * iterator over an in-memory PubSub. The publisher gives the whole message, so nothing is read from a
 * database. Listens on PORT; POST /messages takes a message.
 */
const { createServer } = require('node:http');
const { randomUUID } = require('node:crypto');
const { buildSchema } = require('graphql');
const { useServer } = require('graphql-ws/use/ws');
const { WebSocketServer } = require('ws');

/** What graphql-subscriptions does: each iterator has a queue of values and one of waiting readers. */
class PubSub {
  listeners = new Set();

  publish(value) {
    for (const listener of this.listeners) listener(value);
  }

  /** @param accepts which values the iterator gives. */
  iterate(accepts) {
    const values = [];
    const readers = [];
    let isOver = false;
    const listener = (value) => {
      if (!accepts(value)) return;
      const reader = readers.shift();
      if (reader) reader({ value, done: false });
      else values.push(value);
    };
    this.listeners.add(listener);
    const end = () => {
      isOver = true;
      this.listeners.delete(listener);
      for (const reader of readers.splice(0)) reader({ value: undefined, done: true });
      return Promise.resolve({ value: undefined, done: true });
    };
    return {
      next: () =>
        new Promise((resolve) => {
          if (isOver) resolve({ value: undefined, done: true });
          else if (values.length > 0) resolve({ value: values.shift(), done: false });
          else readers.push(resolve);
        }),
      return: end,
      throw: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

const pubSub = new PubSub();

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Subscription { events(types: [String!], filter: EventFilter): Event! }
  input EventFilter { channelIds: [ID!] }
  type Event { position: Int! message: Message }
  type Message { id: ID! body: String! createdAt: String! author: Customer }
  type Customer { name: String }
`);

const events = schema.getSubscriptionType().getFields().events;
events.subscribe = (_root, { types, filter }) => {
  const channelIds = filter?.channelIds;
  return pubSub.iterate(
    ({ type, channelId }) =>
      (!types || types.includes(type)) && (!channelIds || channelIds.includes(channelId)),
  );
};
events.resolve = (event) => event;

let position = 0;

function publish({ channelId, body, createdAt, author }) {
  const id = `msg_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  const message = { id, body, createdAt, author };
  pubSub.publish({ type: 'message.added', channelId, position: ++position, message });
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    if (request.method === 'POST') publish(JSON.parse(text));
    response.end('accepted');
  });
});
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen(Number(process.env.PORT), '127.0.0.1');

process.on('SIGTERM', () => process.exit());
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
