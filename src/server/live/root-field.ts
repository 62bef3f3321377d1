import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from '../executor';
import { refusal } from '../failures';
import type { ReadyOperation } from '../operations';

/** What a subscription is about: the one field of its root, and the values of its arguments. */
export interface RootField {
  name: string;
  args: Record<string, unknown>;
  /** The variables that give nothing but the position to begin after. */
  placeVariables: ReadonlySet<string>;
  /** The variables that stand in its arguments and nowhere else. */
  ownVariables: ReadonlySet<string>;
}

/**
 * The root field of a subscription. Validation has seen to it that there is not more than one.
 * @throws GraphQLError when directives leave none, or its arguments lack a value.
 */
export function rootFieldOf(schema: GraphQLSchema, operation: ReadyOperation): RootField {
  const { document, definition, coerced } = operation;
  const node = firstField(document, definition.selectionSet, coerced);
  const field = node && schema.getSubscriptionType()?.getFields()[node.name.value];
  if (!field) {
    throw refusal('BAD_USER_INPUT', 'A subscription has exactly one field, and here is none.', 400);
  }
  return {
    name: field.name,
    args: getArgumentValues(field, node, coerced),
    ...variablesOf(document, definition, node),
  };
}

function firstField(
  document: DocumentNode,
  { selections }: SelectionSetNode,
  variables: Variables,
): FieldNode | null {
  for (const selection of selections) {
    if (!isIncluded(selection, variables)) continue;
    if (selection.kind === Kind.FIELD) return selection;
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : fragmentOf(document, selection.name.value);
    const field = firstField(document, inner.selectionSet, variables);
    if (field) return field;
  }
  return null;
}

function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.if !== true && include?.if !== false;
}

function fragmentOf(document: DocumentNode, name: string): FragmentDefinitionNode {
  const found = document.definitions.find(
    (definition): definition is FragmentDefinitionNode =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  );
  return found!;
}

function variablesOf(
  document: DocumentNode,
  definition: OperationDefinitionNode,
  field: FieldNode,
): Pick<RootField, 'placeVariables' | 'ownVariables'> {
  const all = usesOf(document, definition);
  const own = new Map<string, number>();
  for (const argument of field.arguments ?? []) {
    visit(argument, { Variable: ({ name: { value } }) => count(own, value) });
  }
  const onlyHere = [...own].filter(([name, uses]) => all.get(name) === uses).map(([name]) => name);
  const value = field.arguments?.find(({ name }) => name.value === 'after')?.value;
  const place = value?.kind === Kind.VARIABLE ? value.name.value : null;
  return {
    placeVariables: new Set(onlyHere.filter((name) => name === place && all.get(name) === 1)),
    ownVariables: new Set(onlyHere),
  };
}

/** How often an operation, with the fragments of its document, uses each variable. */
function usesOf(document: DocumentNode, definition: OperationDefinitionNode): Map<string, number> {
  const uses = new Map<string, number>();
  visit(document, {
    // where it is declared is no use of it
    VariableDefinition: () => false,
    OperationDefinition: (node) => (node === definition ? undefined : false),
    Variable: ({ name: { value } }) => count(uses, value),
  });
  return uses;
}

/** Counts one more; gives nothing back, because that would tell a visitor what to do. */
function count(uses: Map<string, number>, name: string): void {
  uses.set(name, (uses.get(name) ?? 0) + 1);
}
