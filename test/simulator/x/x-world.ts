import type { Call, Platform } from '../../../src/simulator/platform';
import { x } from '../../../src/simulator/x';
import type { X } from '../../../src/simulator/x/state';
import { hasContract, XContract } from './contract';

/** X as it is simulated, whose calls are kept; those of the connector are held against its contract. */
export function watchedX(): {
  platform: Platform<X>;
  calls: Call[];
  problems: () => string[];
} {
  const calls: Call[] = [];
  const routes = x.routes.map((route) => ({
    ...route,
    handle: (call: Call, world: Parameters<typeof route.handle>[1]) => {
      calls.push(call);
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
