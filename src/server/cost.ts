import {
  getNamedType,
  isCompositeType,
  isListType,
  getNullableType,
  GraphQLError,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../db/keyset';

/** The most objects that one request may ask for. */
export const COSTLIEST = 10_000;

/**
 * Counts the objects that a query can return: one for each object field, and for a connection as
 * many as its page is long. Plain fields are free.
 */
const countObjects: ComplexityEstimator = ({ field, args, childComplexity }) => {
  const target = getNamedType(field.type);
  if (!isCompositeType(target)) return 0;
  if (target.name.endsWith('Connection')) {
    const { first, last } = args as { first?: number | null; last?: number | null };
    const size = Math.min(Math.max(first ?? last ?? DEFAULT_PAGE, 1), LARGEST_PAGE);
    return size * childComplexity;
  }
  const isPlainList = isListType(getNullableType(field.type));
  const isPage = isPlainList && (field.name === 'nodes' || field.name === 'edges');
  // lists that are no pages are short by their own rules
  return 1 + childComplexity * (isPlainList && !isPage ? 5 : 1);
};

const known = new WeakMap<OperationDefinitionNode, Map<string, number>>();
const MOST_KNOWN = 100;

/**
 * How many objects an operation can return at most; null when its variables don't fit their types,
 * which the execution will tell. Depends on the document and on variables that are numbers, for page
 * sizes, or booleans, for `@include` and `@skip`.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number | null {
  let costs = known.get(operation);
  if (!costs) known.set(operation, (costs = new Map<string, number>()));
  const key = JSON.stringify(variables, (name, value: unknown) =>
    name !== '' && typeof value !== 'number' && typeof value !== 'boolean' ? undefined : value,
  );
  const cost = costs.get(key);
  if (cost !== undefined) return cost;
  try {
    const counted = getComplexity({
      schema,
      query: document,
      variables,
      operationName: operation.name?.value,
      estimators: [countObjects],
    });
    if (costs.size >= MOST_KNOWN) costs.clear();
    costs.set(key, counted);
    return counted;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
