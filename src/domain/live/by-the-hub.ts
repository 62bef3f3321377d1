/**
 * In the place of a subscription's source: the hub brings its items, once for all who subscribe to
 * the same, and executes the operation for each.
 */
export function byTheHub(): never {
  throw new Error('Subscriptions are served by the hub.');
}
