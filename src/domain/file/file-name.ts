/** What Windows, macOS or Linux give a meaning in a name, and what can't be seen. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"/\\|?*]/gu;
const LONGEST_NAME = 200;

/**
 * A file name that means the same everywhere and leads nowhere: without folders, control characters
 * and dots at its ends; the ending is kept when it has to be cut.
 */
export function safeFileName(given: string | null | undefined): string {
  const [base = ''] = (given ?? '').split(/[/\\]/).slice(-1);
  const name = base
    .toWellFormed()
    .normalize('NFC')
    .replace(unsafe, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  if (name === '') return 'file';
  const points = [...name];
  if (points.length <= LONGEST_NAME) return name;
  const [ending = ''] = /\.[\p{L}\p{N}]{1,12}$/u.exec(name) ?? [];
  return points.slice(0, LONGEST_NAME - ending.length).join('') + ending;
}
