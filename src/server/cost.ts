import {
  getNamedType,
  isCompositeType,
  isListType,
  getNullableType,
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

/** How many objects an operation can return at most. Depends on the document and the integer variables. */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  let costs = known.get(operation);
  if (!costs) known.set(operation, (costs = new Map<string, number>()));
  const numbers = Object.entries(variables).filter(([, value]) => typeof value === 'number');
  const key = JSON.stringify(numbers);
  let cost = costs.get(key);
  if (cost === undefined) {
    cost = getComplexity({
      schema,
      query: document,
      variables,
      operationName: operation.name?.value,
      estimators: [countObjects],
    });
    if (costs.size >= MOST_KNOWN) costs.clear();
    costs.set(key, cost);
  }
  return cost;
}
