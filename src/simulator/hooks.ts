/** An address of the company's that is told what happens. */
export interface Hook {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly verifyToken: string | null;
  /** Whose events it gets; null: those of every account that no other hook names. */
  readonly accounts: readonly string[] | null;
  /** How often it has failed in a row. */
  failures: number;
  isDisabled: boolean;
}

/** Those that an account's events go to. */
export function hooksOf(hooks: readonly Hook[], account: string): Hook[] {
  const own = hooks.filter(({ accounts }) => accounts?.includes(account));
  return own.length > 0 ? own : hooks.filter(({ accounts }) => accounts === null);
}
