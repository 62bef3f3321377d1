import { createRequire } from 'node:module';

/** The cutter, which brings no types: the message without what it quotes, of its first 1,000 lines. */
const { extractFromPlain } = createRequire(__filename)('planer') as {
  extractFromPlain: (text: string) => string;
};

/** Lines that the cutter reads. */
const MOST_LINES = 1_000;
/** Longest line that it is given: its patterns look for a mark anywhere in one. */
const LONGEST_LINE = 2_000;

/** The text without what it quotes; all of it where nothing else is left. */
export function replyText(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const begin = lines.slice(0, MOST_LINES);
  if (begin.some((line) => line.length > LONGEST_LINE)) return text.trim();
  const top = begin.join('\n');
  const cut = extractFromPlain(top).trim();
  if (cut === '') return text.trim();
  // with nothing cut from the beginning the rest is the writer's too; else it is the quote's
  const isWhole = cut.length >= top.trim().length && lines.length > MOST_LINES;
  return isWhole ? text.trim() : cut;
}
