import { messageIdIn, idsIn } from './message-ids';
import { headerOf, mailboxesOf } from './addresses';
import { ownId, tokenIn, type OwnNames } from './own-ids';
import type { Mail } from './read-mail';

/** Where a mail belongs. */
export interface Threading {
  /** The oldest message that it descends from, as far as it says: its own where it says nothing. */
  threadKey: string;
  /** Messages in whose conversation it belongs, what counts first in front. */
  relatedTo: string[];
  /** The message that it answers. */
  replyTo: string | null;
  /** What it says of its descent, the oldest first: the References of an answer to it. */
  references: string[];
}

/**
 * Reads where a mail belongs, in the order of what can be trusted: the token in the address that it was
 * delivered to, the message that it answers, its other ancestors, the newest first. Never by its subject
 * or Reply-To.
 * @param recipients every address that it was delivered to.
 */
export function threadingOf(
  mail: Mail,
  externalId: string,
  recipients: readonly string[],
  names: OwnNames,
): Threading {
  const tokens = recipients.flatMap((address) => tokenIn(address, names) ?? []);
  const people = new Set(
    [mail.from, mail.to, mail.cc].flatMap((addresses) =>
      mailboxesOf(addresses).map(({ address }) => address.toLowerCase()),
    ),
  );
  const isAncestor = (id: string) => id !== externalId && !people.has(id.toLowerCase());
  const answered = idsIn(headerOf(mail, 'in-reply-to')).filter(isAncestor);
  const references = idsIn(headerOf(mail, 'references')).filter(isAncestor);
  const ours = tokens.map((token) => ownId(token, names));
  const relatedTo = [...new Set([...ours, ...answered, ...[...references].reverse()])];
  return {
    threadKey: references[0] ?? answered[0] ?? ours[0] ?? externalId,
    relatedTo,
    replyTo: answered[0] ?? references.at(-1) ?? ours[0] ?? null,
    references: references.length > 0 ? references : answered,
  };
}

/** A mail's descent, of headers inside another mail. */
export function idsOfHeader(header: string): string[] {
  const unfolded = header.replace(/\r?\n[ \t]+/g, ' ');
  const valueOf = (name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded)?.[1] ?? '';
  const own = messageIdIn(valueOf('message-id'));
  const others = [...idsIn(valueOf('in-reply-to')), ...idsIn(valueOf('references')).reverse()];
  return [...new Set([...(own === null ? [] : [own]), ...others])];
}
