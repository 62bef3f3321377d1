import { asOwner, uuid } from '../support/owner';
import { OutboundWorld, type Line } from './outbound-world';

/** What did not arrive answers nothing, and what is known to have arrived stays so. */

let world: OutboundWorld;
let line: Line;
beforeAll(async () => {
  world = await OutboundWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  line = await world.line();
});

test('a message that failed is no answer to what comes in late', async () => {
  const conversationId = await world.conversation(line, { threadKey: 'talk' });
  line.platform.answer(({ response }) => {
    response.writeHead(400).end('{"code":"NO","message":"No."}');
  });
  const id = await world.send(line.owner, conversationId);
  await world.settled(line.owner, id);
  expect((await world.view(line.owner, id)).status).toBe('FAILED');
  await world.conversation(line, { threadKey: 'talk', sentAt: '2026-03-01T10:00:00Z' });
  const rows = await asOwner<{ responded: boolean; first: Date | null }>(
    world.parley,
    `select m.responded_at is not null responded, c.first_response_at first
     from message m join conversation c on c.id = m.conversation_id
     where m.conversation_id = $1 and m.direction = 'INBOUND'`,
    [uuid(conversationId)],
  );
  expect(rows).toEqual([
    { responded: false, first: null },
    { responded: false, first: null },
  ]);
});

test('what the platform took as delivered at once has not failed later', async () => {
  const conversationId = await world.conversation(line);
  line.platform.answer(({ response }) => {
    response.writeHead(200).end('{"externalId":"m-1","status":"DELIVERED"}');
  });
  const id = await world.send(line.owner, conversationId);
  await world.settled(line.owner, id);
  const failure = { code: 'LOST', message: 'It was lost.' };
  await world.deliver(line, [
    {
      ...{ type: 'receipt', status: 'FAILED', about: { externalId: 'm-1' }, failure },
      at: world.parley.now().toISOString(),
    },
  ]);
  await world.takenIn(line);
  expect(await world.view(line.owner, id)).toMatchObject({ status: 'DELIVERED', failure: null });
});
