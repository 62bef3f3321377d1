/**
 * Numbers handles, so that columns over millions of rows hold four bytes for each.
 * Spellings are told apart; `fold` gives the number of the lower-case spelling, under which
 * handles are compared.
 */
export class Handles {
  private readonly numbers = new Map<string, number>();

  /** The spellings by their numbers. */
  readonly spellings: string[] = [];

  /** How many spellings are known; their numbers are 0 to size - 1. */
  get size(): number {
    return this.spellings.length;
  }

  /** The number of a handle as it is spelled. */
  number(handle: string): number {
    const known = this.numbers.get(handle);
    if (known !== undefined) return known;
    // V8 keeps a whole text alive for a substring of it; the copy stands alone.
    const copy = Buffer.from(handle).toString();
    const number = this.spellings.push(copy) - 1;
    this.numbers.set(copy, number);
    return number;
  }

  /** The number of the lower-case spelling of handle `number`. */
  fold(number: number): number {
    const spelling = this.spelling(number);
    const folded = spelling.toLowerCase();
    return folded === spelling ? number : this.number(folded);
  }

  /** The spelling of handle `number`. */
  spelling(number: number): string {
    return this.spellings[number] ?? '';
  }
}
