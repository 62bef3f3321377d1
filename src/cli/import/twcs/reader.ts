import { CsvError, parse } from 'csv-parse';
import { readTwcsHeader } from './header';
import { ImportFileError } from './import-file-error';
import { LineCounter } from './line-counter';
import { readTwcsRow, type RejectedRow, type TwcsColumns, type TwcsRow } from './row';
import { byteStream, openTextFile, textChunks } from './text-file';

/**
 * Where malformed ends and a rejected row begins: a file is malformed, and nothing of it is
 * imported, when what follows a fault can no longer be trusted to be the records that were written:
 *
 *   - it is no text (a NUL, bytes that are not UTF-8), is empty, or holds no row below the header;
 *   - the header does not name exactly the archive's columns, so fields have no meaning;
 *   - the quoting is broken (a quote never closed, text after a closing quote, a quote inside an
 *     unquoted field), so records have no certain end; or a record passes MAX_RECORD_BYTES, which
 *     is what a quote left open looks like in a large file.
 *
 * Everything else concerns one record whose beginning and end are certain (the number of its
 * columns, the value of a field): that record is rejected with its line and the rest goes on.
 * Blank lines are no records. "\n" and "\r\n" end a record; a bare "\r" is a part of its text.
 */
export const MAX_RECORD_BYTES = 1024 * 1024;

const quotingFaults: Partial<Record<CsvError['code'], string>> = {
  CSV_QUOTE_NOT_CLOSED: 'the record that begins here has a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE:
    'the record that begins here has text between a closing quote and the next comma',
  INVALID_OPENING_QUOTE: 'the record that begins here has a quote inside an unquoted field',
};

/** How far a pass over the file has come. */
export interface ReadProgress {
  /** Bytes read so far. */
  bytes: number;
  /** Bytes of the whole file. */
  totalBytes: number;
  /** Records read so far, whether rejected or not. */
  rows: number;
}

/** Called about every 64 KiB, and once more at the end. */
export type OnReadProgress = (progress: ReadProgress) => void;

/** Turns parsed records into rows, and keeps the line at which each began. */
class RecordReader {
  readonly lines = new LineCounter();
  rows = 0;
  private columns: TwcsColumns | undefined;
  private batch: (TwcsRow | RejectedRow)[] = [];

  /** Takes a record that ends before the byte `end` of the file. */
  take(fields: readonly string[], end: number): void {
    const { line } = this.lines;
    const behind = this.lines.pending;
    this.lines.moveTo(end);
    if (behind - this.lines.pending > MAX_RECORD_BYTES) throw tooLong(line);
    if (fields.length === 1 && fields[0] === '') return;
    if (this.columns === undefined) {
      this.columns = readTwcsHeader(fields, line);
      return;
    }
    this.rows += 1;
    this.batch.push(readTwcsRow(fields, this.columns, line));
  }

  /** Hands over the rows taken since the last call. */
  takeBatch(): (TwcsRow | RejectedRow)[] {
    // Stops a record that never ends before it fills the memory.
    if (this.lines.pending > MAX_RECORD_BYTES) throw tooLong(this.lines.line);
    const { batch } = this;
    this.batch = [];
    return batch;
  }

  /** A file must have had a header and a row by its end. */
  checkEnd(): void {
    if (this.columns === undefined) throw new ImportFileError(null, 'the file is empty');
    if (this.rows === 0) throw new ImportFileError(null, 'the file has a header but no rows');
  }
}

function tooLong(line: number): ImportFileError {
  const size = `${MAX_RECORD_BYTES / 1024 / 1024} MiB`;
  return new ImportFileError(
    line,
    `the record that begins here is longer than ${size}; is a quote left open?`,
  );
}

/** A parser that hands its records to `records` as soon as bytes are written, and emits none. */
function openParser(records: RecordReader) {
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    on_record: (fields, { bytes }) => {
      records.take(fields, bytes);
      return null;
    },
  });
  // Errors are taken from the callback of each write; without a listener they would be thrown twice.
  parser.on('error', () => undefined);
  const settle = (act: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      act((error) => {
        if (!error) resolve();
        else if (error instanceof CsvError) reject(explain(error, records.lines.line));
        else reject(error);
      });
    });
  return {
    write: (chunk: Buffer) => settle((done) => parser.write(chunk, done)),
    end: () => settle((done) => parser.end(done)),
  };
}

function explain(error: CsvError, line: number): ImportFileError {
  return new ImportFileError(
    line,
    quotingFaults[error.code] ?? `the record that begins here cannot be read: ${error.message}`,
  );
}

/**
 * Streams the rows of an archive file, in its order, in constant memory.
 * A row that cannot be imported comes as a RejectedRow; see MAX_RECORD_BYTES for what is fatal.
 * @throws ImportFileError when the file as a whole cannot be imported.
 */
export async function* readTwcsRows(
  path: string,
  onProgress?: OnReadProgress,
): AsyncGenerator<TwcsRow | RejectedRow> {
  const file = await openTextFile(path);
  const records = new RecordReader();
  const parser = openParser(records);
  let bytes = 0;
  for await (const chunk of textChunks(byteStream(file), records.lines)) {
    await parser.write(chunk);
    for (const row of records.takeBatch()) yield row;
    bytes += chunk.length;
    onProgress?.({ bytes, totalBytes: file.size, rows: records.rows });
  }
  await parser.end();
  for (const row of records.takeBatch()) yield row;
  records.checkEnd();
  // the parser keeps the last record back until it knows that no more bytes come
  onProgress?.({ bytes, totalBytes: file.size, rows: records.rows });
}
