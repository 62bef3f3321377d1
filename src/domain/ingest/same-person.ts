import { identityKey, type IdentityRef } from './item';

/** Somebody whom items speak of, by all the ids that they give. */
export interface Person {
  /** By {@link identityKey}, the ones that were named first come first. */
  names: Map<string, IdentityRef>;
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

/** Who is who: references that have an id in common speak of the same person. */
export function samePeople(refs: readonly IdentityRef[]): Person[] {
  const byName = new Map<string, Person>();
  for (const ref of refs) {
    const names = namesOf(ref);
    const met = new Set(names.flatMap((name) => byName.get(identityKey(name)) ?? []));
    const [known, ...others] = met;
    const person: Person = known ?? { names: new Map<string, IdentityRef>(), told: [] };
    for (const other of others) {
      for (const [key, name] of other.names) person.names.set(key, name);
      person.told.push(...other.told);
    }
    for (const name of names) {
      const key = identityKey(name);
      if (!person.names.has(key)) person.names.set(key, name);
    }
    person.told.push(ref);
    for (const key of person.names.keys()) byName.set(key, person);
  }
  return [...new Set(byName.values())];
}
