import type { Device } from './device';
import { Trouble } from './trouble';

/** A token that the company's server signed, or how to get one; null: nobody is signed in. */
export type IdentitySource = string | (() => string | null | Promise<string | null>) | null;

const VISITOR = 'visitor';

/** Who chats: a customer whom the page has signed in, or whoever has this device. */
export class Credentials {
  /** Told when the visitor's token of this device holds no longer. */
  onVisitorLost: () => void = () => undefined;
  private identity: string | null = null;
  private asking: Promise<string | null> | null = null;

  /** @param openSession asks for a new visitor's token. */
  constructor(
    private readonly device: Device,
    private source: IdentitySource,
    private readonly openSession: () => Promise<string>,
  ) {}

  /** Whether the page has somebody signed in. */
  get isSignedIn(): boolean {
    return this.source !== null && this.source !== '';
  }

  /** The token of this device's visitor; null where there is none. */
  get visitor(): string | null {
    return this.device.recall(VISITOR);
  }

  /** Whether there may be something to read. */
  get isKnown(): boolean {
    return this.isSignedIn || this.visitor !== null;
  }

  identify(source: IdentitySource): void {
    this.source = source;
    this.identity = null;
    this.asking = null;
  }

  forgetVisitor(): void {
    this.device.remember(VISITOR, null);
  }

  /** The token to come with; null where nobody is known yet. */
  async current(): Promise<string | null> {
    if (!this.isSignedIn) return this.visitor;
    const token = this.identity ?? (await this.askForIdentity());
    if (token === null) throw new Trouble('SIGNED_OUT', 'Nobody is signed in.');
    return token;
  }

  /** The same; a visitor who is not known yet becomes known. */
  async required(): Promise<string> {
    const known = await this.current();
    if (known !== null) return known;
    this.asking ??= this.openSession().finally(() => (this.asking = null));
    const token = (await this.asking)!;
    this.device.remember(VISITOR, token);
    return token;
  }

  /** Notes that a token was refused; tells whether there may be another one. */
  refused(token: string): boolean {
    if (token === this.visitor) {
      this.forgetVisitor();
      if (!this.isSignedIn) this.onVisitorLost();
      return false;
    }
    const mayBeAnother = typeof this.source === 'function' && token === this.identity;
    if (token === this.identity) this.identity = null;
    return mayBeAnother;
  }

  private async askForIdentity(): Promise<string | null> {
    const { source } = this;
    this.asking ??= Promise.resolve(typeof source === 'function' ? source() : source).finally(
      () => (this.asking = null),
    );
    const token = await this.asking;
    if (source === this.source) this.identity = token;
    return token;
  }
}
