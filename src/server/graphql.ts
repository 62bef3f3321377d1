import {
  ApolloServer,
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLResponse,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { missingPermission, neededPermissions } from '../auth/operation-permissions';
import type { RequestContext } from '../domain/kit/request-context';
import { COSTLIEST, operationCost } from './cost';
import { Executor } from './executor';
import { presentError, refusal } from './failures';

const MOST_TOKENS = 10_000;

/** The Apollo server over a schema: parses, validates and caches documents; ours checks and executes. */
export function createGraphqlServer(
  schema: GraphQLSchema,
  log: Logger,
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    nodeEnv: 'production',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    parseOptions: { maxTokens: MOST_TOKENS },
    plugins: [ApolloServerPluginLandingPageDisabled(), guardedExecution(schema, log)],
    logger: log,
    formatError: (formatted, error) =>
      error instanceof GraphQLError ? presentError(error, '', log) : formatted,
  });
}

/** Checks permissions and cost of an operation, then executes it. */
function guardedExecution(schema: GraphQLSchema, log: Logger): ApolloServerPlugin<RequestContext> {
  const executor = new Executor(schema);
  return {
    requestDidStart: () =>
      Promise.resolve({
        async responseForOperation({ document, operation, request, contextValue }) {
          const { actor, requestId } = contextValue;
          const missing = missingPermission(actor, neededPermissions(schema, document, operation));
          if (missing) {
            const message = `${missing.field} needs the permission ${missing.permission}, which you don't have.`;
            throw refusal('FORBIDDEN', message, 403);
          }
          const variables = request.variables ?? {};
          const cost = operationCost(schema, document, operation, variables);
          if (cost !== null && cost > COSTLIEST) {
            const message = `This asks for up to ${cost} objects, and ${COSTLIEST} is the most: ask for smaller pages with first or last.`;
            throw refusal('QUERY_TOO_COSTLY', message, 400);
          }
          const context = contextValue;
          const { data, errors } = await executor.execute({
            document,
            operation,
            variables,
            context,
          });
          if (!errors) return answer({ data });
          const presented = errors.map((error) => presentError(error, requestId, log));
          const wasExecuted = errors.some(({ path }) => path);
          if (!wasExecuted) return answer({ errors: presented }, 400);
          return answer({ data, errors: presented });
        },
      }),
  };
}

function answer(singleResult: FormattedExecutionResult, status?: number): GraphQLResponse {
  return { body: { kind: 'single', singleResult }, http: { status, headers: new HeaderMap() } };
}
