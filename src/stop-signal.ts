import { constants } from 'node:os';

/** What a terminal sends for Ctrl-C, and what service managers send. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The reason of a stop: which signal asked for it. */
export class Stopped extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super('Stopped.');
  }

  /** What shells expect of a command that was cut short by the signal. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/**
 * Takes the stop signals over from now on. The first aborts the returned signal, with a
 * {@link Stopped} as its reason; the next ones change nothing, as one Ctrl-C may come twice: from the
 * terminal, and from npm, which passes it on.
 */
export function takeStopSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => controller.abort(new Stopped(signal)));
  }
  return controller.signal;
}
