import { headerOf, headersOf } from './addresses';
import type { Mail } from './read-mail';

/**
 * Whether a machine has sent it, so that nobody has to answer and no machine of ours may. A mailing
 * list or `Precedence: bulk` alone is no proof: people write there too.
 */
export function isAutomatic(mail: Mail): boolean {
  const submitted = headerOf(mail, 'auto-submitted').trim().toLowerCase();
  if (submitted !== '' && !/^no\b/.test(submitted)) return true;
  if (/^auto[-_]?reply/i.test(headerOf(mail, 'precedence').trim())) return true;
  if (headerOf(mail, 'x-auto-response-suppress') !== '') return true;
  if (['x-autoreply', 'x-autorespond', 'x-auto-reply'].some((name) => headerOf(mail, name))) {
    return true;
  }
  if (headersOf(mail, 'return-path').some((path) => path.trim() === '<>')) return true;
  return /^multipart\/report\b/i.test(headerOf(mail, 'content-type').trim());
}
