import fc from 'fast-check';
import { fromUUID } from 'typeid-js';
import { globalId, idPrefixes, newId, parseGlobalId, type IdKind } from '../../src/domain/kit/ids';

const kinds = Object.keys(idPrefixes) as IdKind[];

test('an id at the edge is the TypeID of its UUID, and leads back to it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.uuid(), (kind, uuid) => {
      const id = globalId(kind, uuid);
      expect(id).toBe(fromUUID(uuid, idPrefixes[kind]));
      expect(parseGlobalId(id)).toEqual({ kind, uuid });
    }),
  );
});

test('ids that are minted one after another sort in that order', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(new Set(ids).size).toBe(1_000);
  const times = ids.map((id) => id.slice(0, 13));
  expect([...times].sort()).toEqual(times);
});
