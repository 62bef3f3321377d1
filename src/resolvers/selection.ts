import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import type { Conversation } from '../entities';
import { selectConversations, type ConversationSelection } from '../domain/conversation/selection';

type Fragments = GraphQLResolveInfo['fragments'];

/** Documents are parsed once and cached, so what a field selects is worked out once too. */
const known = new WeakMap<FieldNode, Map<string, ConversationSelection>>();

/**
 * What a connection's field is going to read of its conversations; what `@include` or `@skip` may
 * switch off counts as selected.
 */
export function conversationSelection(
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  orderedBy: keyof Conversation,
): ConversationSelection {
  const first = info.fieldNodes[0]!;
  let selections = known.get(first);
  if (!selections) known.set(first, (selections = new Map<string, ConversationSelection>()));
  let selection = selections.get(orderedBy);
  if (!selection) {
    const { fieldNodes, fragments } = info;
    const nodes = [
      ...below(fieldNodes, fragments, 'nodes'),
      ...below(below(fieldNodes, fragments, 'edges'), fragments, 'node'),
    ];
    selection = selectConversations(orderedBy, (neighbour) =>
      namesBelow(neighbour ? below(nodes, fragments, neighbour) : nodes, fragments),
    );
    selections.set(orderedBy, selection);
  }
  return selection;
}

/** The fields of this name that fields select. */
function below(fields: readonly FieldNode[], fragments: Fragments, name: string): FieldNode[] {
  return fieldsBelow(fields, fragments).filter((field) => field.name.value === name);
}

function namesBelow(fields: readonly FieldNode[], fragments: Fragments): Set<string> {
  return new Set(fieldsBelow(fields, fragments).map((field) => field.name.value));
}

function fieldsBelow(fields: readonly FieldNode[], fragments: Fragments): FieldNode[] {
  return fields.flatMap(({ selectionSet }) => fieldsOf(selectionSet, fragments));
}

function fieldsOf(selections: SelectionSetNode | undefined, fragments: Fragments): FieldNode[] {
  return (selections?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const { selectionSet } =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]!;
    return fieldsOf(selectionSet, fragments);
  });
}
