import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';

@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field({ description: 'Whether there are more after this page.' })
  hasNextPage: boolean;

  @Field({ description: 'Whether there are more before this page.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Pass it as `before` for the page before.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Pass it as `after` for the page after.' })
  endCursor: string | null;
}

/** Makes the connection type of a node type: `connectionOf('Customer', () => CustomerType)`. */
export function connectionOf<T extends object>(name: string, node: () => ClassType<T>) {
  @ObjectType(`${name}Edge`, {
    description: 'A node with its place in the list.',
    simpleResolvers: true,
  })
  class Edge {
    @Field(node, { description: 'The node.' })
    node: T;

    @Field({ description: 'Its place: pass it as `after` or `before`.' })
    cursor: string;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of a list.', simpleResolvers: true })
  class Connection {
    @Field(() => [Edge], { description: 'The nodes of this page with their cursors.' })
    edges: Edge[];

    @Field(() => [node()], { description: 'The nodes of this page.' })
    nodes: T[];

    @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
    pageInfo: PageInfo;
  }
  return Connection;
}

@ArgsType()
export class PagingArgs {
  @Field(() => Int, {
    nullable: true,
    description:
      'How many nodes from the start, 0 to 100; 20 when neither first nor last is given.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only nodes after this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many nodes from the end, 0 to 100.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only nodes before this cursor.' })
  before?: string | null;
}
