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
  type TypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

/** Values of variables by name. */
export type Variables = Record<string, unknown>;

/** How often a document has to come before it is worth compiling. */
const WORTH_COMPILING = 2;

/** Most problems with variables that one answer tells. */
const MOST_ERRORS = 20;

/** The type of variables in a compiled document: graphql-js has coerced them before. */
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

  /** Variables as their types have them, or what is wrong with them. */
  coerce(
    operation: OperationDefinitionNode,
    variables: Variables,
  ): { errors: GraphQLError[] } | { errors?: undefined; coerced: Variables } {
    const definitions = operation.variableDefinitions ?? [];
    const result = getVariableValues(this.schema, definitions, variables, {
      maxErrors: MOST_ERRORS,
    });
    return result.errors ? { errors: result.errors.map(variableError) } : result;
  }

  /**
   * @param given the variables as they came; `coerced` is what {@link coerce} made of them.
   * @param rootValue what the root fields are resolved from: of a subscription, one item.
   */
  execute(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    { given, coerced }: { given: Variables; coerced: Variables },
    context: object,
    rootValue?: object,
  ): ExecutionResult | Promise<ExecutionResult> {
    const compiled = this.compiled(document, operation);
    if (compiled) return compiled.query(rootValue, context, coerced);
    return execute({
      schema: this.schema,
      document,
      operationName: operation.name?.value,
      variableValues: given,
      contextValue: context,
      rootValue,
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

/** The document with the operation's variables of the type {@link asIs}, but for the switches of directives. */
function takingAsIs(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: asIs.name } } as const;
  const variableDefinitions = operation.variableDefinitions?.map((definition) =>
    isBoolean(definition.type) ? definition : { ...definition, type, defaultValue: undefined },
  );
  const definitions = document.definitions.map((definition) =>
    definition === operation ? { ...operation, variableDefinitions } : definition,
  );
  return { ...document, definitions };
}

function isBoolean(type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return isBoolean(type.type);
  return type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean';
}
