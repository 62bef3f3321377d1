import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Authenticator } from './auth/authenticate';
import { requireCompleteTable } from './auth/operation-permissions';
import type { Config } from './config/config';
import { Closing, openCore, type Core, type CoreOptions } from './core';
import { holdBack } from './domain/chat/chat-limits';
import type { RequestServices } from './domain/kit/request-context';
import { ChatTokens } from './domain/chat/admit-customer';
import type { ClaimedVisitor } from './domain/chat/claim-visitor';
import { chatFinding } from './domain/chat/chat-channel';
import { liveFields } from './domain/live/live-fields';
import { SenderLimits } from './inbound/sender-limits';
import { startInbound } from './inbound/start-inbound';
import { tasksWith } from './jobs/tasks';
import { startWorker } from './jobs/worker';
import { startLive } from './live';
import { OutboundBell } from './outbound/bell';
import { startOutbound } from './outbound/start-outbound';
import { buildSchema } from './server/build-schema';
import { createGraphqlServer } from './server/graphql';
import { Operations } from './server/operations';
import { createHttpServer } from './server/http';
import { largestBodies } from './server/inbound-webhooks';
import { LiveAdmissions } from './server/live/live-admissions';
import { defaultLimits, type LiveLimits } from './server/live/live-limits';
import { LiveOperations } from './server/live/live-operations';

/** Everything of one process, wired once. Close it in the end. */
export interface App extends Core {
  http: FastifyInstance;
  /** Listens, and tells the address. */
  listen(): Promise<string>;
  /** Runs what is under way in the background to quiet. */
  drain(): Promise<void>;
}

/** What tests put in place of the real thing. */
export interface AppOptions extends CoreOptions {
  limits?: Partial<LiveLimits>;
}

/** Opens the core and wires the servers of the process's role to it. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  const core = await openCore(config, options);
  const { log, clock, databaseUrl: url, pool, sessions, units, secrets, outgoing } = core;
  const { connections, files } = core;
  const closing = new Closing();
  closing.add(() => core.close());
  try {
    const worker =
      config.role === 'api'
        ? null
        : await startWorker({
            ...{ url, log, clock, eventRetentionDays: config.eventRetentionDays },
            deliveryRetentionDays: config.deliveryRetentionDays,
            tasks: tasksWith(core),
          });
    if (worker) closing.add(() => worker.stop());
    const counters = new SenderLimits({ sessions, clock });
    const chat = { ...chatFinding(pool, connections), sessions, units, clock, counters };
    const authenticator = new Authenticator({
      ...{ sessions, pool, oidc: config.oidc, clock, log },
      customers: new ChatTokens(chat),
    });
    closing.add(() => authenticator.close());
    const limits = { ...defaultLimits, bufferBytes: config.socketBufferBytes, ...options.limits };
    const admissions = new LiveAdmissions({ authenticator, log, ...limits });
    closing.add(() => Promise.resolve(admissions.close()));
    const live = await startLive(core, (apiKeyId) => admissions.revoked(apiKeyId));
    closing.add(() => live.close());
    const inbound = await startInbound({
      ...{ url, pool, system: core.system, sessions, connections, files, clock, log },
      onCommit: () => core.bell.ring(),
      isWorker: config.role !== 'api',
    });
    closing.add(() => inbound.stop());
    const bell = new OutboundBell(pool);
    const outbound =
      config.role === 'api'
        ? null
        : await startOutbound({
            ...{ url, connections, files: core.files, bell, clock, log, config: config.sending },
            onCommit: () => core.bell.ring(),
          });
    if (outbound) closing.add(() => outbound.stop());
    const operations = new Operations(buildCheckedSchema(), log);
    const apollo = createGraphqlServer(operations, log);
    await apollo.start();
    closing.add(() => apollo.stop());
    const services: RequestServices = {
      ...{ sessions, units, clock, secrets, outgoing, files, connections },
      publicUrl: config.publicUrl ?? null,
      beforeCommand: async (name, actor) => {
        if (actor.kind === 'CUSTOMER') await holdBack({ counters, connections }, actor, name);
      },
      onCommand: (name, _actor, result) => {
        bell.after(name);
        if (name === 'apiKeyRevoke') {
          admissions.revoked((result as { apiKeyId: string }).apiKeyId);
        }
        const { formerCustomerId } = result as Partial<ClaimedVisitor>;
        if (formerCustomerId) admissions.revoked(formerCustomerId);
      },
    };
    const hubs = { log: live.hub, presence: live.presence };
    const http = createHttpServer({
      ...{ apollo, operations, authenticator, admissions, services, pool, log, limits },
      live: new LiveOperations({
        ...{ operations, fields: liveFields, hubs },
        services: { ...services, sessions: core.liveSessions },
      }),
      inbound: {
        ...{ acceptor: inbound.acceptor, clock },
        largestBodies: largestBodies(connections.connectors),
      },
      chat,
      trustProxy: config.trustProxy,
    });
    closing.add(() => http.close());
    return {
      ...core,
      http,
      listen: () => http.listen({ host: config.host, port: config.port }),
      async drain() {
        await worker?.drain();
        await inbound.drain();
        // what came in may have left jobs, and what they look up comes in
        await worker?.drain();
        await inbound.drain();
        await worker?.drain();
        await outbound?.drain();
        await live.drain();
        await authenticator.settle();
      },
      close: () => closing.run(),
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

function buildCheckedSchema(): GraphQLSchema {
  const schema = buildSchema();
  requireCompleteTable(schema);
  return schema;
}
