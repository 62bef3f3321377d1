import { createHash } from 'node:crypto';

/** Bytes of the longest id that is kept as it is: an index holds it beside two UUIDs. */
const LONGEST = 500;
/** Ids that one header may name: beyond that, the oldest but the first are left out. */
const MOST = 50;

/** A message id as it is compared and stored: without brackets and what folding left in it. */
export function plainId(text: string): string {
  const id = text.replace(/[\s\0]+/g, '').toWellFormed();
  return Buffer.byteLength(id) <= LONGEST
    ? id
    : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}

/** The id in a Message-ID header; null where there is none. */
export function messageIdIn(header: string | undefined): string | null {
  const [bracketed] = bracketedIn(header ?? '');
  if (bracketed !== undefined) return bracketed;
  const bare = (header ?? '').trim();
  return /^[^\s<>]+@[^\s<>]+$/.test(bare) ? plainId(bare) : null;
}

/**
 * The ids that a References or In-Reply-To header names, the oldest first. Old programs write a
 * sentence there: `Message from Ann <ann@example.com> of "Thu, …" <id@host>`, whose first brackets
 * hold an address.
 */
export function idsIn(header: string | undefined): string[] {
  const text = header ?? '';
  const bracketed = bracketedIn(text);
  const sentence = /message (?:from|of)\b/i.test(text.slice(0, 200));
  const ids = sentence ? bracketed.slice(-1) : bracketed;
  if (ids.length === 0) {
    ids.push(
      ...text
        .split(/[\s,]+/)
        .filter(isBareId)
        .map(plainId),
    );
  }
  const unique = [...new Set(ids)];
  return unique.length <= MOST ? unique : [unique[0]!, ...unique.slice(1 - MOST)];
}

const isBareId = (word: string) => /^[^\s<>"();]{4,}@[^\s<>"();]{2,}$/.test(word);

function bracketedIn(text: string): string[] {
  return [...text.matchAll(/<([^<>]{1,2000})>/g)].map(([, id]) => plainId(id!)).filter(Boolean);
}
