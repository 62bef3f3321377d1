import { relative, sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * About how many seconds the longest files take. Jest goes by what the last run took and, where there
 * was none, by the sizes of the files, which leaves the longest of ours for the end: then one process
 * works while the others have nothing to do.
 */
const seconds = {
  'test/faults/processes.test.ts': 45,
  'test/process/import.long.test.ts': 45,
  'test/faults/nats.test.ts': 40,
  'test/docs/live.long.test.ts': 30,
  'test/nats/relay-faults.long.test.ts': 30,
  'test/process/embedded-server.test.ts': 20,
  'test/process/server.test.ts': 20,
  'test/api/subscriptions-limits.test.ts': 15,
  'test/embedded/embedded-postgres.test.ts': 15,
  'test/events/leadership.test.ts': 10,
  'test/events/sequencer.test.ts': 10,
  'test/jobs/leases.test.ts': 10,
  'test/webhooks/faults.test.ts': 10,
  'test/webhooks/retries.test.ts': 10,
};

/** Sorts files that were not timed yet behind those that are known to be long, the largest first. */
export default class LongestFirst extends Sequencer {
  time(test) {
    return super.time(test) ?? this.estimate(test);
  }

  estimate({ path, context: { config, hasteFS } }) {
    const name = relative(config.rootDir, path).split(sep).join('/');
    return 1_000 * (seconds[name] ?? 0) + (hasteFS.getSize(path) ?? 0) / 1_000;
  }
}
