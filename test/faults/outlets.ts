import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import type { LiveClient, LiveModule } from './live-module';
import type { Told } from './told';

/** Where events come out, as somebody on the other side got them. */
export interface Outlet {
  name: string;
  told: Told[];
  /** Everything up to this position has been told, as far as the outlet says. */
  upTo: number;
  /** What should not have happened. */
  problems: unknown[];
  close(): Promise<void>;
}

/** Who wants to know, and from where on. */
export interface Asker {
  url: string;
  token: string;
  after: number;
}

/** A subscription whose items have a position and an event. */
export interface Asked {
  name: string;
  query: string;
  variables?: object;
  over: 'SOCKET' | 'STREAM';
}

interface Item {
  kind: string;
  position: number;
  event: { id: string } | null;
}

/** Subscribes, and subscribes again after the last position whenever the connection is lost. */
export function subscribe(live: LiveModule, asker: Asker, asked: Asked): Outlet {
  const { name, query, variables, over } = asked;
  const client = over === 'SOCKET' ? socketClient(asker) : streamClient(asker);
  const told: Told[] = [];
  const problems: unknown[] = [];
  const outlet = { name, told, problems, upTo: asker.after };
  const end = live.follow<Item>(client, {
    query,
    variables,
    after: asker.after,
    onItem({ kind, position, event }) {
      if (event) told.push({ position, id: event.id });
      else if (kind !== 'HEARTBEAT') problems.push(kind);
      if (position < outlet.upTo) problems.push(`${kind} ${position} after ${outlet.upTo}`);
      outlet.upTo = position;
    },
    onError: (reason) => problems.push(reason),
  });
  return Object.assign(outlet, {
    async close() {
      end();
      await client.dispose();
    },
  });
}

type Disposable = LiveClient & { dispose(): void | Promise<void> };

function socketClient({ url, token }: Asker): Disposable {
  return createSocketClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    webSocketImpl: WebSocket,
  });
}

function streamClient({ url, token }: Asker): Disposable {
  return createStreamClient({
    url: `${url}/stream`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
}

/** Asks `changes` again and again, each time after the last position. */
export function pollChanges(live: LiveModule, asker: Asker): Outlet {
  const told: Told[] = [];
  const problems: unknown[] = [];
  const ending = new AbortController();
  const { signal } = ending;
  const outlet = { name: 'changes', told, problems, upTo: asker.after };
  const poll = async () => {
    while (!signal.aborted) {
      await live.readChanges({
        ...asker,
        signal,
        after: outlet.upTo,
        onEvents(events, upTo) {
          told.push(...events.map(({ position, id }) => ({ position, id })));
          outlet.upTo = upTo;
        },
        onResync: () => problems.push('RESYNC_REQUIRED'),
      });
      await delay(200);
    }
  };
  const polling = poll().catch((error: unknown) => {
    if (!signal.aborted) problems.push(error);
  });
  return Object.assign(outlet, {
    close() {
      ending.abort();
      return polling;
    },
  });
}
