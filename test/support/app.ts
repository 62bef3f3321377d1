import pino from 'pino';
import { createApp, type App, type AppOptions } from '../../src/app';
import { loadConfig, type Role } from '../../src/config/config';
import type { Env } from '../../src/config/env';
import { makeWorkspace } from '../../src/domain/workspace/first-workspace';
import { createTestDatabase, type TestDatabase } from './database';
import { Client } from './client';

/** A whole Parley on a database of its own, listening on a port of its own. */
export interface TestApp {
  app: App;
  database: TestDatabase;
  /** The base of its URLs. */
  url: string;
  /** What was logged as a fault (level error and above), one object a line. */
  faults: Record<string, unknown>[];
  /** Moves the application's clock; it stands still otherwise. */
  setTime(time: Date): void;
  now(): Date;
  /** A new workspace and its owner: every test makes its own. */
  workspace(name?: string): Promise<{ owner: Client; workspaceId: string }>;
  /** A caller with any token, or none. */
  as(token: string | null): Client;
  close(): Promise<void>;
}

/** Starts the application as `npm start` does, on a copy of the migrated database. */
export async function startTestApp(
  env: Env = {},
  role: Role = 'api',
  options: AppOptions = {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const faults: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'warn' },
    {
      write: (line: string) => {
        const entry = JSON.parse(line) as Record<string, unknown>;
        if ((entry.level as number) >= 50) faults.push(entry);
      },
    },
  );
  let time = new Date('2026-03-01T12:00:00.000Z');
  const config = loadConfig({ PORT: '0', ...env, DATABASE_URL: database.url }, role);
  const app = await createApp(config, { clock: () => time, log, ...options });
  const url = await app.listen();
  const as = (token: string | null) => new Client(`${url}/graphql`, token);
  return {
    app,
    database,
    url,
    faults,
    setTime: (next) => {
      time = next;
    },
    now: () => time,
    as,
    async workspace(name = 'Test') {
      const made = await makeWorkspace({ units: app.units, now: time }, name);
      return { owner: as(made.token), workspaceId: made.workspaceId };
    },
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
