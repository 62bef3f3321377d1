import { textOfHtml } from './html-text';
import type { Mail } from './read-mail';
import { replyText } from './reply-text';
import { safeHtml, type SafeHtml } from './safe-html';

/** What a mail says. */
export interface MailBody {
  /** What the writer wrote this time. */
  body: string;
  /** All of the text, where that is more. */
  text: string | null;
  html: SafeHtml | null;
}

/** Characters of text that are kept, and of HTML. */
const LONGEST_TEXT = 100_000;
const LONGEST_HTML = 1_000_000;
/** Bytes of it as JSON once it is safe, which may make it longer. */
const LARGEST_SAFE = 1_500_000;
/** Marks in it: what nests deep takes parsers a time that grows with the square. */
const MOST_MARKS = 20_000;

/**
 * Reads what a mail says.
 * @param isAnswer whether it may quote what it answers.
 */
export function bodyOf(mail: Mail, isAnswer: boolean): MailBody {
  const page = fewMarks(bounded(mail.html ?? '', LONGEST_HTML, mail, 'HTML'), mail);
  const written = plain(mail.text ?? '').trim() || plain(textOfHtml(page));
  const full = bounded(written, LONGEST_TEXT, mail, 'text');
  const body = isAnswer ? replyText(full) : full.trim();
  return {
    body,
    text: body === full.trim() ? null : full,
    html: page.trim() === '' ? null : storableHtml(page, mail),
  };
}

function bounded(text: string, longest: number, mail: Mail, what: string): string {
  if (text.length <= longest) return text;
  mail.notes.push(`Its ${what} is longer than ${longest} characters; the rest was left out.`);
  return text.slice(0, longest).toWellFormed();
}

function storableHtml(page: string, mail: Mail): SafeHtml | null {
  const safe = safeHtml(page);
  if (Buffer.byteLength(JSON.stringify(safe.html)) <= LARGEST_SAFE) return safe;
  mail.notes.push('Its HTML is too large, and was left out.');
  return null;
}

function fewMarks(page: string, mail: Mail): string {
  let at = -1;
  for (let marks = 0; marks < MOST_MARKS; marks++) {
    at = page.indexOf('<', at + 1);
    if (at < 0) return page;
  }
  mail.notes.push(`Its HTML has more than ${MOST_MARKS} marks; the rest was left out.`);
  return page.slice(0, at);
}

/** Without what PostgreSQL and terminals can't take; lines end as lines do. */
function plain(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .toWellFormed();
}
