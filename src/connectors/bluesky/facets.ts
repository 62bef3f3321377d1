/**
 * Rich text of the network: plain text, and beside it which bytes of it (in UTF-8) are a mention, a
 * link or a tag. What counts as one follows Bluesky's own app, so that an answer from here looks as
 * one from there; only links need their `https://`, because to tell a bare host from a typing error
 * takes a list of all top-level domains.
 */

export type Feature =
  | { $type: 'app.bsky.richtext.facet#mention'; did: string }
  | { $type: 'app.bsky.richtext.facet#link'; uri: string }
  | { $type: 'app.bsky.richtext.facet#tag'; tag: string };

export interface Facet {
  index: { byteStart: number; byteEnd: number };
  features: Feature[];
}

/** Longest post, in graphemes and in bytes. */
export const longestText = { graphemes: 300, bytes: 3_000 };

const LONGEST_TAG = 64;

const mention = /(^|\s|\()@([a-zA-Z0-9.-]+\b)/g;
const link = /(^|\s|\()(https?:\/\/\S+)/gi;
const tag =
  // eslint-disable-next-line no-misleading-character-class -- zero-width characters end a tag
  /(^|\s)[#＃]((?!\ufe0f)[^\s\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2]*[^\d\s\p{P}\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2]+[^\s\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2]*)/gu;
const cashtag = /(^|\s|\()\$([A-Za-z][A-Za-z0-9]{0,4})(?=\s|$|[.,;:!?)"'\u2019])/g;

/** Characters as people count them. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) count += 1;
  return count;
}

/**
 * The facets of a text. A mention stays plain text where nobody has the handle.
 * @param resolve the id of whoever has a handle
 */
export async function facetsOf(
  text: string,
  resolve: (handle: string) => Promise<string | null>,
): Promise<Facet[]> {
  const found = [...links(text), ...tags(text)];
  for (const { start, handle } of mentions(text)) {
    const did = await resolve(handle);
    if (did === null) continue;
    const end = start + 1 + handle.length;
    found.push({ start, end, feature: { $type: 'app.bsky.richtext.facet#mention', did } });
  }
  return found
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, feature }) => ({
      index: { byteStart: bytesBefore(text, start), byteEnd: bytesBefore(text, end) },
      features: [feature],
    }));
}

interface Found {
  /** In UTF-16 units, as JavaScript counts. */
  start: number;
  end: number;
  feature: Feature;
}

function mentions(text: string): { start: number; handle: string }[] {
  return [...text.matchAll(mention)]
    .map((match) => ({ start: match.index + match[1]!.length, handle: match[2]! }))
    .filter(({ handle }) => /^[^.]+(\.[^.]+)+$/.test(handle));
}

function links(text: string): Found[] {
  return [...text.matchAll(link)].map((match) => {
    let uri = match[2]!;
    if (/[.,;:!?]$/.test(uri)) uri = uri.slice(0, -1);
    if (uri.endsWith(')') && !uri.includes('(')) uri = uri.slice(0, -1);
    const start = match.index + match[1]!.length;
    return { start, end: start + uri.length, feature: linkTo(uri) };
  });
}

function tags(text: string): Found[] {
  const words = [...text.matchAll(tag)].map((match) => ({
    start: match.index + match[1]!.length,
    text: match[2]!.trim().replace(/\p{P}+$/u, ''),
    sign: '',
  }));
  const tickers = [...text.matchAll(cashtag)].map((match) => ({
    start: match.index + match[1]!.length,
    text: match[2]!,
    sign: '$',
  }));
  return [...words, ...tickers]
    .filter(({ text: it }) => it.length > 0 && it.length <= LONGEST_TAG)
    .map(({ start, text: it, sign }) => ({
      start,
      end: start + 1 + it.length,
      feature: {
        $type: 'app.bsky.richtext.facet#tag',
        tag: sign ? sign + it.toUpperCase() : it,
      },
    }));
}

function linkTo(uri: string): Feature {
  return { $type: 'app.bsky.richtext.facet#link', uri };
}

function bytesBefore(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index), 'utf8');
}
