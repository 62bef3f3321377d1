import type { Capabilities } from '../../connectors/kit/capabilities';

export type TextUnit = Capabilities['text']['unit'];

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const counters: Record<TextUnit, (text: string) => number> = {
  utf16: (text) => text.length,
  codePoints: (text) => [...text].length,
  graphemes: countGraphemes,
  bytes: (text) => Buffer.byteLength(text),
  weighted: countWeighted,
};

/** How long a text is, as a platform counts. */
export function textLength(text: string, unit: TextUnit): number {
  return counters[unit](text);
}

function countGraphemes(text: string): number {
  let count = 0;
  for (const segment of graphemes.segment(text)) count += segment ? 1 : 0;
  return count;
}

/** Every link is shortened to as many characters. */
const LINK_LENGTH = 23;
const LINK = /https?:\/\/[^\s<>"]+/giu;

/** What counts once; everything else counts twice. */
const LIGHT: readonly [first: number, last: number][] = [
  [0, 4_351],
  [8_192, 8_205],
  [8_208, 8_223],
  [8_242, 8_247],
];

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/**
 * The way of X: composed text; links count 23, an emoji two whatever it is put together from, and
 * the letters of Latin, Greek, Cyrillic and their neighbours one, all others two. Links without
 * https:// are counted as text.
 */
function countWeighted(text: string): number {
  const composed = text.normalize('NFC');
  const links = composed.match(LINK)?.length ?? 0;
  let weight = links * LINK_LENGTH;
  for (const { segment } of graphemes.segment(composed.replace(LINK, ''))) {
    if (isEmoji(segment)) weight += 2;
    else for (const character of segment) weight += isLight(character.codePointAt(0)!) ? 1 : 2;
  }
  return weight;
}

/** Signs that are plain text unless a selector follows, such as ©, are none. */
function isEmoji(segment: string): boolean {
  return EMOJI.test(segment) && (segment.length > 1 || !isLight(segment.charCodeAt(0)));
}

function isLight(code: number): boolean {
  return LIGHT.some(([first, last]) => code >= first && code <= last);
}
