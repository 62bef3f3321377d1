import {
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Logger } from 'pino';
import type { Actor } from '../auth/actor';
import { isOverload } from '../db/sessions';
import { missingPermission, neededPermissions } from '../auth/operation-permissions';
import type { RequestContext } from '../domain/kit/request-context';
import { costRefusal } from './cost';
import { Documents } from './documents';
import { Executor, type Variables } from './executor';
import { internal, overloaded, presentError, refusal } from './failures';
import { checkGraphqlBody } from './request-body';

/** An operation of a valid document, with variables as they came. */
export interface Operation {
  document: DocumentNode;
  definition: OperationDefinitionNode;
  given: Variables;
}

/** An operation that its caller may run. */
export interface ReadyOperation extends Operation {
  /** The variables as their types have them. */
  coerced: Variables;
}

/** Why an operation isn't run, and the status that says so over HTTP. */
export class Refused extends Error {
  constructor(
    readonly errors: readonly GraphQLError[],
    readonly status: number,
  ) {
    super(errors[0]?.message);
  }
}

/** What every transport does with an operation: read it, check it, execute it, present the errors. */
export class Operations {
  readonly executor: Executor;
  private readonly documents: Documents;

  constructor(
    readonly schema: GraphQLSchema,
    readonly log: Pick<Logger, 'error' | 'warn'>,
  ) {
    this.executor = new Executor(schema);
    this.documents = new Documents(schema);
  }

  /** The operation that a request's body asks for. */
  read(body: unknown): Operation | Refused {
    try {
      checkGraphqlBody(body);
    } catch (error) {
      if (error instanceof GraphQLError) return new Refused([error], 400);
      throw error;
    }
    const { query, operationName, variables } = body as {
      query?: string;
      operationName?: unknown;
      variables?: Variables | null;
    };
    if (query === undefined) return mistake('query is missing.');
    if (operationName != null && typeof operationName !== 'string') {
      return mistake('operationName must be a string.');
    }
    const document = this.documents.read(query);
    if (!('kind' in document)) return new Refused(document, 400);
    const definition = getOperationAST(document, operationName);
    if (!definition) return mistake(unresolved(operationName));
    return { document, definition, given: variables ?? {} };
  }

  /** Whether an actor may run an operation, with these variables and at this cost. */
  check(operation: Operation, actor: Actor): ReadyOperation | Refused {
    const { schema } = this;
    const { document, definition, given } = operation;
    if (!schema.getRootType(definition.operation)) {
      return mistake(`There are no ${definition.operation}s in this API.`);
    }
    const missing = missingPermission(actor, neededPermissions(schema, document, definition));
    if (missing) {
      const message =
        missing.permission === null
          ? `${missing.field} is for end customers, with a customer token.`
          : `${missing.field} needs the permission ${missing.permission}, which you don't have.`;
      return new Refused([refusal('FORBIDDEN', message, 403)], 403);
    }
    const { errors: mistakes, ...variables } = this.executor.coerce(definition, given);
    if (mistakes) return new Refused(mistakes, 400);
    const tooCostly = costRefusal(schema, document, definition, given);
    if (tooCostly) return new Refused([tooCostly], 400);
    return { ...operation, ...(variables as { coerced: Variables }) };
  }

  /** Executes a query or mutation; mistakes and faults of its fields are in the result. */
  async execute(
    { document, definition, given, coerced }: ReadyOperation,
    context: RequestContext,
  ): Promise<FormattedExecutionResult> {
    const variables = { given, coerced };
    const result = await this.executor.execute(document, definition, variables, context);
    return this.presentResult(result, context.requestId);
  }

  /** The result in place of one that couldn't be had at all, through a fault of ours. */
  fault(error: unknown, requestId: string): FormattedExecutionResult {
    if (isOverload(error)) return { errors: [overloaded()] };
    this.log.error({ err: error, reqId: requestId }, 'a request failed');
    return { errors: [internal(requestId)] };
  }

  /** A result with its errors as the caller is told them. */
  presentResult({ data, errors }: ExecutionResult, requestId: string): FormattedExecutionResult {
    return errors ? { data, errors: this.presentAll(errors, requestId) } : { data };
  }

  /** Errors as the caller is told them. */
  presentAll(errors: readonly GraphQLError[], requestId: string): GraphQLFormattedError[] {
    return errors.map((error) => presentError(error, requestId, this.log));
  }
}

function mistake(message: string): Refused {
  return new Refused([refusal('BAD_USER_INPUT', message, 400)], 400);
}

function unresolved(operationName: string | null | undefined): string {
  return operationName == null
    ? 'The document must have exactly one operation, or operationName must say which one is meant.'
    : 'operationName names no operation of the document.';
}
