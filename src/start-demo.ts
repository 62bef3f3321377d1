import type { App } from './app';
import { Demo } from './demo/demo';
import { makeWorkspace } from './domain/workspace/first-workspace';

/** The demonstration of a process that has one; null for all others, and where it can't be. */
export async function startDemo(app: App, address: string): Promise<Demo | null> {
  const { config, units, clock, outgoing, log } = app;
  if (!config.demo) return null;
  const warn = (err: unknown, text: string) => log.warn({ err }, text);
  try {
    return await Demo.open({
      ...{ address, dataDir: config.dataDir, warn },
      openDoor: (host, port) => outgoing.openDoor(host, port),
      makeWorkspace: async () => {
        const made = await makeWorkspace({ units, now: clock() }, 'Demonstration');
        return made.token;
      },
    });
  } catch (error) {
    warn(error, 'the demonstration could not be started');
    return null;
  }
}
