import {
  getNamedType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Actor } from './actor';
import {
  customerRootFields,
  rootFieldPermissions,
  typePermissions,
  type Permission,
} from './permissions';

/** A permission that an operation needs, and the field that needs it. */
export interface Need {
  /** Null: only end customers may. */
  permission: Permission | null;
  field: string;
}

const known = new WeakMap<OperationDefinitionNode, readonly Need[]>();

/**
 * Everything that an operation needs: a permission for each root field, and one for each type of
 * object that it selects. It depends on the document alone, so it is worked out once for each.
 */
export function neededPermissions(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly Need[] {
  let needs = known.get(operation);
  if (!needs) {
    needs = [...collectNeeds(schema, document, operation).values()];
    known.set(operation, needs);
  }
  return needs;
}

function collectNeeds(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Map<Permission | null, Need> {
  const needs = new Map<Permission | null, Need>();
  const need = (permission: Permission | null | undefined, field: string) => {
    if (permission !== undefined && !needs.has(permission)) {
      needs.set(permission, { permission, field });
    }
  };
  const roots = new Set([
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ]);
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    Field() {
      const parent = types.getParentType();
      const field = types.getFieldDef();
      if (!parent || !field || field.name.startsWith('__')) return;
      const coordinate = `${parent.name}.${field.name}`;
      if (roots.has(parent as never)) {
        const isForCustomers = customerRootFields.has(coordinate);
        need(isForCustomers ? null : rootFieldPermissions[coordinate], coordinate);
      }
      // a page tells of its nodes by its cursors alone
      const type = getNamedType(field.type).name.replace(/Connection$/, '');
      need(typePermissions[type], coordinate);
    },
    InlineFragment(fragment) {
      need(typePermissions[fragment.typeCondition?.name.value ?? ''], '… on');
    },
    FragmentDefinition(fragment) {
      need(typePermissions[fragment.typeCondition.name.value], '… on');
    },
  });
  // fragments are few and shared; a fragment that another operation uses costs nothing but a stricter answer
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  for (const definition of [operation, ...fragments]) visit(definition, visitor);
  return needs;
}

/** What an actor lacks for an operation; null when nothing. */
export function missingPermission(actor: Actor, needs: readonly Need[]): Need | null {
  const isMissing = ({ permission }: Need) =>
    permission === null ? actor.kind !== 'CUSTOMER' : !actor.permissions.has(permission);
  return needs.find(isMissing) ?? null;
}

/** Whether an actor may read objects of a type. */
export function canRead(actor: Actor, type: string): boolean {
  const permission = typePermissions[type];
  return permission !== undefined && actor.permissions.has(permission);
}

/** Throws when a root field or a Node type has no line in the table: nothing is open by accident. */
export function requireCompleteTable(schema: GraphQLSchema): void {
  const missing: string[] = [];
  for (const root of [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ]) {
    for (const field of Object.keys(root?.getFields() ?? {})) {
      const coordinate = `${root!.name}.${field}`;
      const isKnown = coordinate in rootFieldPermissions || customerRootFields.has(coordinate);
      if (!isKnown) missing.push(coordinate);
    }
  }
  for (const type of Object.values(schema.getTypeMap())) {
    const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
    if (isNode && !typePermissions[type.name]) missing.push(type.name);
  }
  if (missing.length > 0) {
    throw new Error(`No line in auth/permissions.ts for: ${missing.join(', ')}`);
  }
}
