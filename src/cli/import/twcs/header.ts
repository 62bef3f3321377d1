import { ImportFileError } from './import-file-error';
import type { TwcsColumns } from './row';

const NAMES = [
  'tweet_id',
  'author_id',
  'inbound',
  'created_at',
  'text',
  'response_tweet_id',
  'in_response_to_tweet_id',
] as const;

/**
 * Finds the archive's columns, in any order; a data frame may have put its unnamed index first.
 * @throws ImportFileError when a column is missing, unknown or there twice.
 */
export function readTwcsHeader(fields: readonly string[], line: number): TwcsColumns {
  const names = fields.map((name) => name.trim());
  const named = names[0] === '' ? names.slice(1) : names;
  const known: readonly string[] = NAMES;
  const faults = [
    ...NAMES.filter((name) => !named.includes(name)).map((name) => `${name} is missing`),
    ...named
      .filter((name, at) => named.indexOf(name) !== at)
      .map((name) => `${JSON.stringify(name.slice(0, 40))} is there twice`),
    ...named
      .filter((name, at) => !known.includes(name) && named.indexOf(name) === at)
      .map((name) => `${JSON.stringify(name.slice(0, 40))} is unknown`),
  ];
  if (faults.length > 0) {
    const rest = faults.length > 7 ? ` and ${faults.length - 7} more` : '';
    throw new ImportFileError(
      line,
      `the header is not that of the archive: ${faults.slice(0, 7).join(', ')}${rest}; ` +
        `expected ${NAMES.join(', ')}`,
    );
  }
  return {
    count: fields.length,
    tweetId: names.indexOf('tweet_id'),
    authorId: names.indexOf('author_id'),
    inbound: names.indexOf('inbound'),
    createdAt: names.indexOf('created_at'),
    text: names.indexOf('text'),
    inReplyTo: names.indexOf('in_response_to_tweet_id'),
  };
}
