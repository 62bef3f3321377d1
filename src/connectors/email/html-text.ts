import { Parser } from 'htmlparser2';

const BLOCKS = new Set(
  'address article aside blockquote dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
const SILENT = new Set(['head', 'script', 'style', 'title', 'template', 'noscript', 'svg', 'math']);
/** Deeper quotes look the same. */
const DEEPEST_QUOTE = 5;

/** The text that a page shows, quotes marked with `>` as in mail. */
export function textOfHtml(html: string): string {
  const lines: string[] = [];
  let line = '';
  let quotes = 0;
  let silent = 0;
  let preformatted = 0;
  const end = () => {
    lines.push('> '.repeat(Math.min(quotes, DEEPEST_QUOTE)) + line.trimEnd());
    line = '';
  };
  const endBlock = () => {
    if (line.trim() !== '') end();
  };
  const space = () => {
    endBlock();
    if (lines.length > 0 && !/^[> ]*$/.test(lines.at(-1)!)) end();
  };
  const parser = new Parser(
    {
      onopentagname(name) {
        if (SILENT.has(name)) silent++;
        if (BLOCKS.has(name)) endBlock();
        if (name === 'p') space();
        if (name === 'br') end();
        if (name === 'blockquote') quotes++;
        if (name === 'pre') preformatted++;
        if (name === 'li') line = '- ';
        if (name === 'td' && line !== '') line += ' ';
      },
      onclosetag(name) {
        if (BLOCKS.has(name)) endBlock();
        if (name === 'p') space();
        if (SILENT.has(name)) silent = Math.max(0, silent - 1);
        if (name === 'blockquote') quotes = Math.max(0, quotes - 1);
        if (name === 'pre') preformatted = Math.max(0, preformatted - 1);
      },
      ontext(text) {
        if (silent > 0) return;
        if (preformatted > 0) {
          const [first, ...rest] = text.split(/\r?\n/);
          line += first;
          for (const next of rest) {
            end();
            line = next;
          }
          return;
        }
        const plain = text.replace(/[ \t\r\n\f]+/g, ' ');
        line += line === '' || line.endsWith(' ') ? plain.trimStart() : plain;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  endBlock();
  return lines
    .join('\n')
    .replace(/\u00a0/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
