import { once } from 'node:events';

/** Stops the server that the global setup started, and waits until its directory is gone. */
module.exports = async function globalTeardown(): Promise<void> {
  if (!globalThis.testServer) return;
  const { postgres, guard } = globalThis.testServer;
  await postgres.stop();
  guard.ref();
  const removed = once(guard, 'exit');
  guard.stdin?.end();
  await removed;
};
