import type { Call, Platform } from '../../../src/simulator/platform';
import { x } from '../../../src/simulator/x';
import type { X, XWorld } from '../../../src/simulator/x/state';
import { hasContract, XContract } from './contract';

/**
 * X as it is simulated, whose calls are kept; those of the connector are held against its contract.
 * @param onCall sees each call before it is answered.
 */
export function watchedX(onCall?: (call: Call, world: XWorld) => void): {
  platform: Platform<X>;
  calls: Call[];
  problems: () => string[];
} {
  const calls: Call[] = [];
  const routes = x.routes.map((route) => ({
    ...route,
    handle: (call: Call, world: Parameters<typeof route.handle>[1]) => {
      calls.push(call);
      onCall?.(call, world);
      return route.handle(call, world);
    },
  }));
  return {
    platform: { ...x, routes },
    calls,
    problems() {
      if (!hasContract) return [];
      const contract = new XContract();
      return calls.flatMap((call) => contract.problemsOf(call));
    },
  };
}
