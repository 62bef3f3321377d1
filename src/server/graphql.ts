import {
  ApolloServer,
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLResponse,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { missingPermission, neededPermissions } from '../auth/operation-permissions';
import type { RequestContext } from '../domain/kit/request-context';
import { costRefusal } from './cost';
import { Executor } from './executor';
import { internal, presentError, refusal } from './failures';

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
    // only what comes before an operation is known gets here: mistakes in the document
    formatError: (formatted, error) =>
      error instanceof GraphQLError ? presentError(error, '', log) : formatted,
  });
}

type Resolved = GraphQLRequestContextResponseForOperation<RequestContext>;

/** Checks permissions, variables and cost of an operation, then executes it. */
function guardedExecution(schema: GraphQLSchema, log: Logger): ApolloServerPlugin<RequestContext> {
  const executor = new Executor(schema);
  const respond = async ({ document, operation, request, contextValue }: Resolved) => {
    const { actor, requestId } = contextValue;
    const present = (error: GraphQLError) => presentError(error, requestId, log);
    if (!schema.getRootType(operation.operation)) {
      const message = `There are no ${operation.operation}s in this API.`;
      return answer({ errors: [present(refusal('BAD_USER_INPUT', message, 400))] }, 400);
    }
    const missing = missingPermission(actor, neededPermissions(schema, document, operation));
    if (missing) {
      const message = `${missing.field} needs the permission ${missing.permission}, which you don't have.`;
      return answer({ errors: [present(refusal('FORBIDDEN', message, 403))] }, 403);
    }
    const given = request.variables ?? {};
    const { errors: mistakes, ...variables } = executor.coerce(operation, given);
    if (mistakes) return answer({ errors: mistakes.map(present) }, 400);
    const tooCostly = costRefusal(schema, document, operation, given);
    if (tooCostly) return answer({ errors: [present(tooCostly)] }, 400);

    const { coerced } = variables as { coerced: Record<string, unknown> };
    const result = await executor.execute(document, operation, { given, coerced }, contextValue);
    const { data, errors } = result;
    return answer(errors ? { data, errors: errors.map(present) } : { data });
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
            log.error({ err: error, reqId: requestId }, 'a request failed');
            return answer({ errors: [internal(requestId)] }, 500);
          }
        },
      }),
  };
}

function answer(singleResult: FormattedExecutionResult, status?: number): GraphQLResponse {
  return { body: { kind: 'single', singleResult }, http: { status, headers: new HeaderMap() } };
}
