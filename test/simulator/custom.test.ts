import { custom } from '../../src/simulator/custom';
import { must } from '../support/call';
import { SimulatedWorld } from './simulated-world';

let world: SimulatedWorld;
beforeAll(async () => {
  world = await SimulatedWorld.create();
});
afterAll(() => world.close());

interface Talk {
  conversations: {
    nodes: {
      id: string;
      messages: { nodes: { direction: string; body: string; status: string | null }[] };
    }[];
  };
}

const TALK = `{ conversations { nodes { id messages { nodes { direction body status } } } } }`;

test('a simulated customer writes, is answered, reads it and answers again', async () => {
  const simulation = await world.simulate(custom, { habits: { answers: 1 } });
  const { owner } = await world.connect(simulation);
  simulation.happen('customer-writes');
  await world.settle();
  const [conversation] = (await owner.query<Talk>(TALK)).conversations.nodes;
  await must(
    owner,
    'messageSend',
    { conversationId: conversation!.id, input: { body: 'We are looking for it.' } },
    'message { id }',
  );
  await world.advance(1);
  await world.advance(10);
  const [after] = (await owner.query<Talk>(TALK)).conversations.nodes;
  const messages = after!.messages.nodes.map(({ direction, status }) => [direction, status]);
  expect(messages.sort()).toEqual([
    ['INBOUND', null],
    ['INBOUND', null],
    ['OUTBOUND', 'READ'],
  ]);
});
