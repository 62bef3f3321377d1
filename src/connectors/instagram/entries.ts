import type { ConnectedChannel } from '../kit/connector';
import { readExactJson } from '../meta/exact-json';
import { idIn, idOf, isValues, listIn, valuesIn, type Values } from '../meta/values';

/** The account of what Meta's dashboard sends when somebody presses its test button. */
const TEST_ACCOUNT = '0';

/**
 * The entries of a delivery. Meta's example for Instagram Login wraps the body into a list.
 * @throws Unreadable where it is no JSON.
 */
export function entriesIn(body: Buffer): Values[] {
  const told = readExactJson(body);
  const bodies = (Array.isArray(told) ? told : [told]).filter(isValues);
  return bodies
    .filter(({ object }) => object === 'instagram')
    .flatMap((one) => listIn(one, 'entry'));
}

/** Changes of an entry: in `changes`, or, as Meta's example for Instagram Login has it, in itself. */
export function changesIn(entry: Values): Values[] {
  const listed = listIn(entry, 'changes');
  return typeof entry['field'] === 'string' ? [...listed, entry] : listed;
}

/** The ids of the accounts that a delivery names. */
export function accountsIn(body: Buffer): string[] {
  const ids = entriesIn(body).flatMap((entry) => [idIn(entry, 'id'), ...partiesIn(entry)]);
  return [...new Set(ids.filter((id) => id !== null))];
}

/** Those of the account itself, by whichever of its ids it is named. */
export function ownEntries(body: Buffer, channel: ConnectedChannel): Values[] {
  const ids = idsOf(channel);
  return entriesIn(body).filter((entry) => {
    const id = idIn(entry, 'id');
    return (
      (id !== null && (ids.has(id) || id === TEST_ACCOUNT)) ||
      partiesIn(entry).some((it) => ids.has(it))
    );
  });
}

/** The ids that the channel's account goes by. */
export function idsOf({ externalId, settings }: ConnectedChannel): ReadonlySet<string> {
  const scoped = idOf(settings['scopedId']);
  return new Set(scoped === null ? [externalId] : [externalId, scoped]);
}

/** The account's side of the talk in an entry. */
function partiesIn(entry: Values): string[] {
  return (['messaging', 'standby'] as const)
    .flatMap((list) => listIn(entry, list))
    .flatMap((event) => {
      const isEcho = valuesIn(event, 'message')['is_echo'] === true;
      return idIn(valuesIn(event, isEcho ? 'sender' : 'recipient'), 'id') ?? [];
    });
}
