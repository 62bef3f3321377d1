/** The seconds in a Retry-After header, which may also name a time; null for anything else. */
export function parseRetryAfter(header: unknown, now: Date): number | null {
  if (typeof header !== 'string') return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  // the only form of a time that HTTP writes; Date.parse would read much else
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(header)) return null;
  const time = Date.parse(header);
  return Number.isNaN(time) ? null : Math.max(0, (time - now.getTime()) / 1_000);
}
