import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { neighbourNames } from '../domain/conversation/list-conversations';

/** Paths such as `nodes.customer` that a selection may hold. */
type Paths = ReadonlySet<string>;

/** Documents are parsed once and cached, so what a field selects is worked out once too. */
const known = new WeakMap<FieldNode, Paths>();

const DEEPEST = 3;

/**
 * The paths below a field that the query selects, at most three fields deep; what `@include` or
 * `@skip` may switch off counts as selected.
 */
export function selectedPaths(info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): Paths {
  const [node] = info.fieldNodes;
  let paths = known.get(node!);
  if (!paths) {
    const found = new Set<string>();
    for (const field of info.fieldNodes) collect(field.selectionSet, info.fragments, '', 1, found);
    known.set(node!, (paths = found));
  }
  return paths;
}

function collect(
  selections: SelectionSetNode | undefined,
  fragments: GraphQLResolveInfo['fragments'],
  prefix: string,
  depth: number,
  found: Set<string>,
): void {
  for (const selection of selections?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const path = prefix + selection.name.value;
      found.add(path);
      if (depth < DEEPEST) collect(selection.selectionSet, fragments, `${path}.`, depth + 1, found);
    } else {
      const { selectionSet } =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]!;
      collect(selectionSet, fragments, prefix, depth, found);
    }
  }
}

/** Which of the neighbours of listed conversations the query is going to read. */
export function selectedNeighbours(info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>) {
  const paths = selectedPaths(info);
  return neighbourNames.filter(
    (name) => paths.has(`nodes.${name}`) || paths.has(`edges.node.${name}`),
  );
}
