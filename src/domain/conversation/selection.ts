import { RowShape } from '../../db/row-shape';
import { Channel, Conversation, Customer, Message, User } from '../../entities';

/** The to-one neighbours that a list can bring along, each with its table and the column that names it. */
export const neighbours = {
  customer: { shape: RowShape.of(Customer), table: 'customer', column: 'customer_id' },
  channel: { shape: RowShape.of(Channel), table: 'channel', column: 'channel_id' },
  assignee: { shape: RowShape.of(User), table: 'app_user', column: 'assignee_id' },
  lastMessage: { shape: RowShape.of(Message), table: 'message', column: 'last_message_id' },
} as const;

export type Neighbour = keyof typeof neighbours;

const conversationShape = RowShape.of(Conversation);

/** What a query is going to read of listed conversations. */
export interface ConversationSelection {
  own: RowShape<Conversation>;
  neighbours: { name: Neighbour; shape: RowShape<object> }[];
}

/**
 * Picks the columns that the selected fields are made from. A field is made from the property of its
 * name, from `<field>Id` when it is an object that is not joined, or from the id, by which everything
 * else is loaded.
 * @param orderedBy the property that the list is ordered by, which cursors need.
 * @param fieldsOf the fields selected of the conversations themselves, or of one of their neighbours.
 */
export function selectConversations(
  orderedBy: keyof Conversation,
  fieldsOf: (neighbour?: Neighbour) => ReadonlySet<string>,
): ConversationSelection {
  const fields = fieldsOf();
  const joined = (Object.keys(neighbours) as Neighbour[]).filter((name) => fields.has(name));
  const own = new Set([...fields].filter((field) => !joined.includes(field as Neighbour)));
  return {
    own: conversationShape.pick(propertiesFor(own, orderedBy)),
    neighbours: joined.map((name) => ({
      name,
      shape: neighbours[name].shape.pick(propertiesFor(fieldsOf(name))),
    })),
  };
}

function propertiesFor(fields: ReadonlySet<string>, ...always: string[]): Set<string> {
  return new Set(['id', ...always, ...[...fields].flatMap((field) => [field, `${field}Id`])]);
}
