/** What is remembered on this device for one chat; only as long as the page, where storing is denied. */
export class Device {
  private readonly inMemory = new Map<string, string>();

  constructor(private readonly channel: string) {}

  recall(name: string): string | null {
    try {
      return localStorage.getItem(this.keyOf(name)) ?? this.inMemory.get(name) ?? null;
    } catch {
      return this.inMemory.get(name) ?? null;
    }
  }

  remember(name: string, value: string | null): void {
    if (value === null) this.inMemory.delete(name);
    else this.inMemory.set(name, value);
    try {
      if (value === null) localStorage.removeItem(this.keyOf(name));
      else localStorage.setItem(this.keyOf(name), value);
    } catch {
      // it is denied, or full: the page remembers
    }
  }

  /** The same for what JSON can say; null where there is none that can be read. */
  recallValue<T>(name: string): T | null {
    try {
      return JSON.parse(this.recall(name) ?? 'null') as T | null;
    } catch {
      return null;
    }
  }

  private keyOf(name: string): string {
    return `parley:${this.channel}:${name}`;
  }
}
