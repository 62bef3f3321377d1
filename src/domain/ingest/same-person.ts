import { identityKey, type IdentityRef } from './item';

/** Somebody whom items speak of, by all the ids that they give. */
export interface Person {
  /** By {@link identityKey}, the ones that were named first come first. */
  names: Map<string, IdentityRef>;
  /** The names that are ids of their own, not only further ids of somebody. */
  own: Set<string>;
  told: IdentityRef[];
}

/** All the ids of a person that a reference gives. */
export function namesOf(ref: IdentityRef): IdentityRef[] {
  const { channelKind, scope, externalId, aliases = [] } = ref;
  const others = aliases.filter((alias) => alias !== externalId);
  return [ref, ...others.map((alias) => ({ channelKind, scope, externalId: alias }))];
}

/** What is told of a person by one of their ids. */
export function toldBy({ told }: Person, key: string): IdentityRef[] {
  return told.filter((ref) => namesOf(ref).some((name) => identityKey(name) === key));
}

/**
 * Who is who: references speak of the same person that have an id in common, unless it is a further
 * one to both, such as a phone number that first one person had and then another.
 */
export function samePeople(refs: readonly IdentityRef[]): Person[] {
  const byName = new Map<string, Set<Person>>();
  for (const ref of refs) {
    const names = namesOf(ref);
    const own = identityKey(ref);
    const met = new Set(
      names.flatMap((name) => {
        const key = identityKey(name);
        const bearers = [...(byName.get(key) ?? [])];
        return key === own ? bearers : bearers.filter((person) => person.own.has(key));
      }),
    );
    const [known, ...others] = met;
    const person: Person = known ?? { names: new Map(), own: new Set(), told: [] };
    for (const other of others) {
      for (const [key, name] of other.names) {
        person.names.set(key, name);
        byName.get(key)!.delete(other);
      }
      for (const key of other.own) person.own.add(key);
      person.told.push(...other.told);
    }
    for (const name of names) {
      const key = identityKey(name);
      if (!person.names.has(key)) person.names.set(key, name);
    }
    person.own.add(own);
    person.told.push(ref);
    for (const key of person.names.keys()) {
      const bearers = byName.get(key);
      if (bearers) bearers.add(person);
      else byName.set(key, new Set([person]));
    }
  }
  return [...new Set([...byName.values()].flatMap((bearers) => [...bearers]))];
}
