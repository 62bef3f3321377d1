import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

/** Bytes that this process holds on to, without what waits to be collected. */
export function retainedMemory(): number {
  collectGarbage();
  return occupiedMemory();
}

/** Whether it holds on to more than so many bytes. */
export function retainsMoreThan(bytes: number): boolean {
  // a full collection takes a third of a second: only what the quicker ways leave in doubt is worth it
  if (occupiedMemory() <= bytes) return false;
  collectGarbage({ type: 'minor' });
  return occupiedMemory() > bytes && retainedMemory() > bytes;
}

function occupiedMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
