/**
 * What a piece of work comes to, or what `late` says once the signal has come and the work does not
 * end by itself, which it gets a moment for.
 */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const limit = new Promise<T>((resolve) => {
    onAbort = () => {
      timer = setTimeout(() => resolve(late()), GRACE);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // nobody waits for it any longer
    work.catch(() => undefined);
  }
}

/** In milliseconds. */
const GRACE = 500;
