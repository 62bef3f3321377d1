import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

/** One operation as asked for. */
export interface Execution {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName: string | null;
  variables: Record<string, unknown>;
  context: object;
}

/** How often a document has to come before it is worth compiling. */
const WORTH_COMPILING = 2;

interface Entry {
  uses: number;
  compiled?: CompiledQuery;
}

/**
 * Executes operations. A document that comes again is compiled to a function once (graphql-jit),
 * which runs a list query several times as fast as walking its document; documents are cached by
 * text, so the same object comes back.
 */
export class Executor {
  private readonly entries = new WeakMap<OperationDefinitionNode, Entry>();

  constructor(private readonly schema: GraphQLSchema) {}

  async execute(execution: Execution): Promise<ExecutionResult> {
    const compiled = this.compiled(execution);
    const { document, operationName, variables, context } = execution;
    const result = compiled
      ? await compiled.query(undefined, context, variables)
      : await execute({
          schema: this.schema,
          document,
          operationName,
          variableValues: variables,
          contextValue: context,
        });
    return result;
  }

  private compiled({ document, operation, operationName }: Execution): CompiledQuery | undefined {
    let entry = this.entries.get(operation);
    if (!entry) this.entries.set(operation, (entry = { uses: 0 }));
    entry.uses += 1;
    if (!entry.compiled && entry.uses === WORTH_COMPILING) {
      const compiled = compileQuery(this.schema, document, operationName ?? undefined);
      if (isCompiledQuery(compiled)) entry.compiled = compiled;
    }
    return entry.compiled;
  }
}
