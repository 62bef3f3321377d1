import type { KnownMessage } from '../kit/connector';

/** What is quoted of a message, as text and as HTML. */
export interface Quote {
  text: string;
  html: string;
}

/** Characters of a message that are quoted. */
const LONGEST = 4_000;

const moment = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'full',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** Quotes the message that is answered, bounded, as programs do. */
export function quoteOf({ body, sentAt, platform }: KnownMessage): Quote | null {
  if (body.trim() === '') return null;
  const shown = body.length <= LONGEST ? body : `${body.slice(0, LONGEST).toWellFormed()} …`;
  const from = typeof platform['from'] === 'string' ? platform['from'] : 'you';
  const head = `On ${moment.format(sentAt)} UTC, ${from} wrote:`;
  return {
    text: `${head}\n${shown.replace(/^/gm, '> ')}`,
    html: `<p>${escaped(head)}</p><blockquote style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${paragraphs(shown)}</blockquote>`,
  };
}

/** A plain page that says what the text says. */
export function pageOf(text: string, quote: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"></head><body>${paragraphs(text)}${quote}</body></html>`;
}

function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${linked(escaped(paragraph)).replace(/\n/g, '<br>')}</p>`)
    .join('');
}

const escaped = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

const linked = (html: string) =>
  html.replace(
    /\bhttps?:\/\/[^\s<>"']{1,2000}?(?=[.,;:!?)]*(?:\s|$|&(?:gt|lt|quot);))/g,
    '<a href="$&">$&</a>',
  );
