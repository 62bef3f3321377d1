import { english, type Words } from './english';
import { french } from './french';
import { german } from './german';
import { spanish } from './spanish';

const languages: Record<string, Words> = {
  de: german,
  en: english,
  es: spanish,
  fr: french,
};

/** Written from right to left, whether or not the widget speaks them itself. */
const fromTheRight = /^(ar|dv|fa|he|ku|ps|ur|yi)\b/i;

/** What the widget says in a language such as `de-AT`, and which way it is written. */
export interface Language {
  tag: string;
  words: Words;
  direction: 'ltr' | 'rtl';
}

/** @param own what the page says instead, also in languages that are not here. */
export function languageOf(tag: string, own?: Partial<Words>): Language {
  const known = languages[tag.slice(0, 2).toLowerCase()];
  const isSpoken = known !== undefined || own !== undefined;
  return {
    tag: isSpoken ? tag : 'en',
    words: { ...english, ...known, ...own },
    direction: isSpoken && fromTheRight.test(tag) ? 'rtl' : 'ltr',
  };
}

/** Puts values in the place of `{names}`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
