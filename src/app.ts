import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Authenticator } from './auth/authenticate';
import { requireCompleteTable } from './auth/operation-permissions';
import type { Config } from './config/config';
import { Closing, openCore, type Core, type CoreOptions } from './core';
import type { RequestContext, RequestServices } from './domain/kit/request-context';
import { startWorker } from './jobs/worker';
import { buildSchema } from './server/build-schema';
import { createGraphqlServer } from './server/graphql';
import { createHttpServer } from './server/http';

/** Everything of one process, wired once. Close it in the end. */
export interface App extends Core {
  http: FastifyInstance;
  /** Listens, and tells the address. */
  listen(): Promise<string>;
  /** Runs what is under way in the background to quiet. */
  drain(): Promise<void>;
}

/** Opens the core and wires the servers of the process's role to it. */
export async function createApp(config: Config, options: CoreOptions = {}): Promise<App> {
  const core = await openCore(config, options);
  const { log, clock, databaseUrl: url, pool, sessions, units } = core;
  const closing = new Closing();
  closing.add(() => core.close());
  try {
    const worker = config.role === 'api' ? null : await startWorker({ url, log, clock });
    if (worker) closing.add(() => worker.stop());
    const authenticator = new Authenticator({ sessions, pool, oidc: config.oidc, clock, log });
    closing.add(() => authenticator.close());
    const apollo = await startGraphql(log);
    closing.add(() => apollo.stop());
    const services: RequestServices = {
      sessions,
      units,
      clock,
      onCommand: (name, _actor, result) => {
        if (name === 'apiKeyRevoke') {
          authenticator.forget((result as { apiKeyId: string }).apiKeyId);
        }
      },
    };
    const { trustProxy } = config;
    const http = createHttpServer({ apollo, authenticator, services, pool, log, trustProxy });
    closing.add(() => http.close());
    return {
      ...core,
      http,
      listen: () => http.listen({ host: config.host, port: config.port }),
      async drain() {
        await worker?.drain();
        await authenticator.settle();
      },
      close: () => closing.run(),
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function startGraphql(log: Logger): Promise<ApolloServer<RequestContext>> {
  const schema = buildSchema();
  requireCompleteTable(schema);
  const apollo = createGraphqlServer(schema, log);
  await apollo.start();
  return apollo;
}
