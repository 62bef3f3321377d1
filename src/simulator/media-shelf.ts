import { later } from './clock';

interface Kept {
  bytes: Buffer;
  contentType: string;
}

/** Files that the platform keeps, at addresses that lead somewhere for a while. */
export class MediaShelf {
  private readonly kept = new Map<string, Kept>();
  private readonly addresses = new Map<string, { id: string; until: Date }>();

  /** @param life of an address, in seconds. */
  constructor(
    private readonly base: () => string,
    private readonly now: () => Date,
    private readonly life: () => number,
    private readonly letters: (count: number) => string,
  ) {}

  keep(id: string, bytes: Buffer, contentType: string): void {
    this.kept.set(id, { bytes, contentType });
  }

  find(id: string): Kept | null {
    return this.kept.get(id) ?? null;
  }

  /** A new address of a file. */
  urlOf(id: string): string {
    const key = this.letters(24);
    this.addresses.set(key, { id, until: later(this.now(), this.life()) });
    return `${this.base()}/media/${key}`;
  }

  /** What an address leads to; null where it does not, or does no longer. */
  at(key: string): Kept | null {
    const address = this.addresses.get(key);
    return address && address.until > this.now() ? this.find(address.id) : null;
  }
}
