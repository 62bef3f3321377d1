import {
  execute,
  getVariableValues,
  GraphQLError,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

/** One operation as asked for. */
export interface Execution {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** As they came. */
  variables: Record<string, unknown>;
  context: object;
}

/** How often a document has to come before it is worth compiling. */
const WORTH_COMPILING = 2;

/** Most problems with variables that one answer tells. */
const MOST_ERRORS = 20;

/** The type of every variable in a compiled document: graphql-js has coerced them before. */
const asIs = new GraphQLScalarType({ name: 'AsIs', description: 'A value taken as it is.' });

interface Entry {
  uses: number;
  compiled?: CompiledQuery;
}

/**
 * Executes operations. A document that comes again is compiled to a function once (graphql-jit),
 * which runs a list query several times as fast as walking its document; documents are cached by
 * text, so the same object comes back.
 *
 * Variables are always coerced by graphql-js: graphql-jit compiles a parser for their types, and
 * never ends with an input type that contains itself, as filters do.
 */
export class Executor {
  private readonly entries = new WeakMap<OperationDefinitionNode, Entry>();
  private readonly compilable: GraphQLSchema;

  constructor(private readonly schema: GraphQLSchema) {
    const config = schema.toConfig();
    this.compilable = new GraphQLSchema({ ...config, types: [...config.types, asIs] });
  }

  async execute({ document, operation, variables, context }: Execution): Promise<ExecutionResult> {
    const definitions = operation.variableDefinitions ?? [];
    const { errors, coerced } = getVariableValues(this.schema, definitions, variables, {
      maxErrors: MOST_ERRORS,
    });
    if (errors) return { errors: errors.map(variableError) };
    const compiled = this.compiled(document, operation);
    if (compiled) return compiled.query(undefined, context, coerced);
    return execute({
      schema: this.schema,
      document,
      operationName: operation.name?.value,
      variableValues: variables,
      contextValue: context,
    });
  }

  private compiled(
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): CompiledQuery | undefined {
    let entry = this.entries.get(operation);
    if (!entry) this.entries.set(operation, (entry = { uses: 0 }));
    entry.uses += 1;
    if (entry.uses === WORTH_COMPILING) {
      const name = operation.name?.value;
      const result = compileQuery(this.compilable, takingAsIs(document, operation), name);
      if (isCompiledQuery(result)) entry.compiled = result;
    }
    return entry.compiled;
  }
}

/** A variable that does not fit its type; the place is only in the message of graphql-js. */
function variableError({ message, nodes }: GraphQLError): GraphQLError {
  const [, name, path] =
    /^Variable "\$(\w+)".*? at "([^"]+)"/s.exec(message) ??
    /^Variable "\$(\w+)"/.exec(message) ??
    [];
  const argument = (path ?? name)?.split(/[.[\]]+/).filter((part) => part !== '');
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', argument } });
}

/** The document with all variables of the operation of the type {@link asIs}. */
function takingAsIs(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: asIs.name } } as const;
  const variableDefinitions = operation.variableDefinitions?.map((definition) => ({
    ...definition,
    type,
    defaultValue: undefined,
  }));
  const definitions = document.definitions.map((definition) =>
    definition === operation ? { ...operation, variableDefinitions } : definition,
  );
  return { ...document, definitions };
}
