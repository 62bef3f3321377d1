import { lookup, Resolver } from 'node:dns/promises';

/** An address that a name leads to. */
export interface HostAddress {
  address: string;
  family: 4 | 6;
}

/** Finds the addresses of a host name; rejects when it has none. */
export type HostLookup = (name: string) => Promise<HostAddress[]>;

/** How long one question to a name server may take, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 1_500, tries: 2 };

/**
 * The operating system's look-up blocks one of the four threads of the process for as long as a name
 * server takes, and whoever may enter a URL chooses that server. So names are asked for without a
 * thread, and through the system only where that finds nothing: names of the hosts file and of local
 * networks; those one after the other, so that they never take more than one thread.
 */
export class SystemHostLookup {
  private readonly resolver = new Resolver(PATIENCE);
  private turn: Promise<unknown> = Promise.resolve();

  readonly find: HostLookup = async (name) => {
    // a name without a dot is no name of the internet
    const found = name.includes('.') ? await this.ask(name) : [];
    return found.length > 0 ? found : this.askSystem(name);
  };

  private async ask(name: string): Promise<HostAddress[]> {
    const [v4, v6] = await Promise.all([
      this.resolver.resolve4(name).catch(() => []),
      this.resolver.resolve6(name).catch(() => []),
    ]);
    return [
      ...v4.map((address) => ({ address, family: 4 as const })),
      ...v6.map((address) => ({ address, family: 6 as const })),
    ];
  }

  private askSystem(name: string): Promise<HostAddress[]> {
    const answer = this.turn.then(() => lookup(name, { all: true, verbatim: true }));
    this.turn = answer.catch(() => undefined);
    return answer as Promise<HostAddress[]>;
  }
}
