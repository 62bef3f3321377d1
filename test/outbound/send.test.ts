import { OutboundWorld } from './outbound-world';

let world: OutboundWorld;
beforeAll(async () => {
  world = await OutboundWorld.create();
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

test('a message is queued at first, and is on the platform a moment later', async () => {
  const line = await world.line();
  const { owner, platform } = line;
  const conversationId = await world.conversation(line, { threadKey: 'visit-1' });
  const id = await world.send(owner, conversationId, 'It is on its way.');
  await world.drain();
  expect(platform.kept).toMatchObject([
    { id, body: 'It is on its way.', conversation: { id: conversationId, threadKey: 'visit-1' } },
  ]);
  expect(await world.view(owner, id)).toMatchObject({
    status: 'SENT',
    externalId: 'p-1',
    failure: null,
  });
  expect(await world.waiting()).toBe(0);
});

test('it answers what came before it', async () => {
  const line = await world.line();
  const conversationId = await world.conversation(line);
  await world.send(line.owner, conversationId);
  await world.drain();
  const { conversation } = await line.owner.query<Record<string, object>>(
    `query ($id: ID!) { conversation(id: $id) { messageCount firstResponseAt lastMessage { direction }
      messages { nodes { direction response { body } } } } }`,
    { id: conversationId },
  );
  expect(conversation).toMatchObject({
    messageCount: 2,
    firstResponseAt: '2026-03-01T12:00:00.000Z',
    lastMessage: { direction: 'OUTBOUND' },
    messages: { nodes: [{ response: { body: 'Hello' } }, { direction: 'OUTBOUND' }] },
  });
});

test('the files of a message go with it', async () => {
  const line = await world.line();
  const { owner, platform } = line;
  const response = await fetch(`${world.parley.url}/uploads?fileName=cat.png`, {
    method: 'POST',
    headers: { 'content-type': 'image/png', authorization: `Bearer ${owner.token}` },
    body: 'pixels',
  });
  const { id: upload } = (await response.json()) as { id: string };
  const conversationId = await world.conversation(line);
  await world.send(owner, conversationId, '', { attachmentIds: [upload] });
  await world.drain();
  expect(platform.kept).toMatchObject([
    {
      body: '',
      attachments: [
        {
          ...{ fileName: 'cat.png', contentType: 'image/png', byteSize: 6 },
          bytes: Buffer.from('pixels').toString('base64'),
        },
      ],
    },
  ]);
});

test('the message that it answers is named, or else the customer’s last one', async () => {
  const line = await world.line();
  const { owner, platform } = line;
  const conversationId = await world.conversation(line, { externalId: 'first', threadKey: 'two' });
  await world.conversation(line, { externalId: 'second', threadKey: 'two' });
  const [first] = await world.messages(owner, conversationId);
  await world.send(owner, conversationId, 'To the first', { replyToId: first!.id });
  await world.send(owner, conversationId, 'To the last');
  await world.drain();
  expect(platform.kept.map(({ replyTo }) => replyTo?.externalId)).toEqual(['first', 'second']);
});
