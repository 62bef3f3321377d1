/** A process that starts the embedded PostgreSQL over argv[2], says how that went, and stays. */
import process from 'node:process';
import { loadTypescript } from './load-typescript.mjs';

const { startEmbeddedPostgres } = loadTypescript('../../src/db/embedded/index.ts');

function answer(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

try {
  const settings = { fsync: 'off', shared_buffers: '16MB' };
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2], settings });
  process.once('SIGTERM', () => void server.stop());
  answer({ url: server.url });
} catch (error) {
  answer({ code: error.code, message: error.message });
  process.exitCode = 1;
}
