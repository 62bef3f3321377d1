import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('Node', {
  description: 'Anything with an id that `node(id)` resolves.',
})
export abstract class Node {
  @Field(() => ID, {
    description:
      'A TypeID: a prefix that tells the type, and a time-ordered UUID, such as `cnv_01h…`.',
  })
  id: string;
}
