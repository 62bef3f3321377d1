import type { Person } from '../cast';
import type { Happening, World } from '../platform';
import type { SentByCompany, Transport } from './transport';

type Transported = World<Transport>;

/** What happens on the transport by itself. */
export const happenings: Happening<Transport>[] = [
  {
    name: 'customer-writes',
    weight: 1,
    happen(world) {
      const person = world.random.pick(world.cast.people);
      write(world, person, world.cast.opening('private', world.random));
    },
  },
];

/** Has a message of the company's arrive, be read and perhaps be answered. */
export function sendReceipts(
  world: Transported,
  { externalId, body }: SentByCompany,
  { threadKey }: { threadKey: string },
): void {
  const { habits, random, cast } = world;
  const receipt = (status: string) => () =>
    tell(world, { type: 'receipt', status, at: world.now(), about: { externalId } });
  world.later(habits.deliveredAfter, receipt('DELIVERED'));
  world.later(habits.readAfter, receipt('READ'));
  const person = cast.people.find(({ handle }) => handle === threadKey);
  if (!person || !random.chance(habits.answers)) return;
  world.later(habits.answerAfter, () => write(world, person, cast.reply(body, random)));
}

function write(world: Transported, { name, handle }: Person, body: string): void {
  world.note(`${name} writes: ${body}`);
  tell(world, {
    ...{ type: 'message', threadKey: handle, externalId: `in-${world.serial()}` },
    ...{ direction: 'INBOUND', sentAt: world.now(), body },
    author: { externalId: handle, handle, displayName: name },
  });
}

function tell(world: Transported, item: object): void {
  world.tell(world.state.accounts[0]!, item);
}
