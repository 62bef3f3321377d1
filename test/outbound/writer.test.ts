import { connectorActor, type Actor } from '../../src/auth/actor';
import { writerOf } from '../../src/domain/outbound/writer';

const machine: Actor = { ...connectorActor('workspace', 'channel', 'CRM'), kind: 'API_KEY' };
const user: Actor = { ...machine, kind: 'USER', id: 'eva', name: 'Eva' };

test('a machine writes for itself, or for a person whom it names', () => {
  expect(writerOf(machine, null)).toEqual({ author: { name: 'CRM' }, isForPerson: false });
  expect(writerOf(machine, 'Eva')).toEqual({ author: { name: 'Eva' }, isForPerson: true });
});

test('a user writes under their own name and no other', () => {
  expect(writerOf(user, null)).toEqual({ author: { userId: 'eva' }, isForPerson: false });
  expect(() => writerOf(user, 'Ann')).toThrow('under their own names');
});
