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
import { refusal } from './failures';

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

type Counted = number | GraphQLError;

const known = new WeakMap<OperationDefinitionNode, Map<string, Counted>>();
const MOST_KNOWN = 100;

/**
 * Why an operation may not run for its cost, or null. It depends on the document and on variables
 * that are numbers or null, for page sizes, or booleans, for `@include` and `@skip`.
 */
export function costRefusal(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): GraphQLError | null {
  let costs = known.get(operation);
  if (!costs) known.set(operation, (costs = new Map<string, Counted>()));
  // objects and texts can't change the cost, but null counts otherwise than absent
  const key = JSON.stringify(variables, (name, value: unknown) =>
    name === '' || value === null || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : undefined,
  );
  let counted = costs.get(key);
  if (counted === undefined) {
    if (costs.size >= MOST_KNOWN) costs.clear();
    costs.set(key, (counted = count(schema, document, operation, variables)));
  }
  if (typeof counted !== 'number') return counted;
  return counted > COSTLIEST ? tooCostly(`up to ${counted} objects`) : null;
}

function tooCostly(what: string): GraphQLError {
  const message = `This asks for ${what}, and ${COSTLIEST} is the most: ask for smaller pages with first or last.`;
  return refusal('QUERY_TOO_COSTLY', message, 400);
}

function count(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Counted {
  try {
    return getComplexity({
      schema,
      query: document,
      variables,
      operationName: operation.name?.value,
      estimators: [countObjects],
      maxQueryNodes: COSTLIEST,
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // an argument that can't be used has a place in the document; too many fields have none
    return error.locations
      ? refusal('BAD_USER_INPUT', error.message, 400)
      : tooCostly('too many fields');
  }
}
