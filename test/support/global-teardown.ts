import { once } from 'node:events';
import './global-setup';

/** Stops the server that the global setup started, and waits until its directory is gone. */
module.exports = async function globalTeardown(): Promise<void> {
  if (!globalThis.testServer) return;
  const { postgres, guard } = globalThis.testServer;
  await postgres.stop();
  const removed = once(guard, 'exit');
  guard.stdin?.end();
  await removed;
};
