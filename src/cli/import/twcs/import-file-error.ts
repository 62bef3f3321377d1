/**
 * The file as a whole cannot be imported; nothing of it has been written.
 * `message` names the line but not the file, which the caller knows; `line` is that line (1-based, counted in "\n"), or
 * null when the trouble is not at a line (no such file, an empty file).
 */
export class ImportFileError extends Error {
  override readonly name = 'ImportFileError';

  constructor(
    readonly line: number | null,
    message: string,
  ) {
    super(line === null ? message : `line ${line}: ${message}`);
  }
}
