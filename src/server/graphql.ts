import {
  ApolloServer,
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLResponse,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode, type FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from '../domain/kit/request-context';
import { MOST_TOKENS } from './documents';
import { heldBack, presentError, refusal } from './failures';
import { Refused, type Operations } from './operations';

/** The Apollo server over a schema: parses, validates and caches documents; ours checks and executes. */
export function createGraphqlServer(
  operations: Operations,
  log: Logger,
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: operations.schema,
    introspection: true,
    nodeEnv: 'production',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    parseOptions: { maxTokens: MOST_TOKENS },
    plugins: [ApolloServerPluginLandingPageDisabled(), guardedExecution(operations)],
    logger: log,
    // only what comes before an operation is known gets here: mistakes in the document
    formatError: (formatted, error) =>
      error instanceof GraphQLError ? presentError(error, '', log) : formatted,
  });
}

type Resolved = GraphQLRequestContextResponseForOperation<RequestContext>;

const elsewhere = new Refused(
  [
    refusal(
      'BAD_USER_INPUT',
      'Subscriptions go over a WebSocket to /graphql (protocol graphql-transport-ws), or as an event stream: send the header accept: text/event-stream.',
      400,
    ),
  ],
  400,
);

/** Checks permissions, variables and cost of an operation, then executes it. */
function guardedExecution(operations: Operations): ApolloServerPlugin<RequestContext> {
  const respond = async ({ document, operation: definition, request, contextValue }: Resolved) => {
    const { actor, requestId } = contextValue;
    const given = request.variables ?? {};
    const checked =
      definition.operation === OperationTypeNode.SUBSCRIPTION
        ? elsewhere
        : operations.check({ document, definition, given }, actor);
    if (!(checked instanceof Refused)) {
      return answer(await operations.execute(checked, contextValue));
    }
    return answer({ errors: operations.presentAll(checked.errors, requestId) }, checked.status);
  };
  return {
    requestDidStart: () =>
      Promise.resolve({
        async responseForOperation(resolved) {
          // a request without a definite operation is Apollo's to refuse
          if (!resolved.operation) return null;
          try {
            return await respond(resolved);
          } catch (error) {
            const { requestId } = resolved.contextValue;
            return answer(operations.fault(error, requestId), 500);
          }
        },
      }),
  };
}

function answer(singleResult: FormattedExecutionResult, status?: number): GraphQLResponse {
  const headers = new HeaderMap();
  const body = { kind: 'single', singleResult } as const;
  const held = heldBack(singleResult);
  if (!held) return { body, http: { status, headers } };
  headers.set('retry-after', String(held.retryAfter));
  return { body, http: { status: held.status, headers } };
}
