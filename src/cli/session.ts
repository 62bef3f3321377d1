import { createApp, type App } from '../app';
import { systemActor, type Actor } from '../auth/actor';
import { Permission } from '../auth/permissions';
import { ConfigError, loadConfig } from '../config/config';
import { readEnv } from '../config/env';
import { runCommand, type Command } from '../domain/kit/command';
import { sql } from '../db/sql';
import { uuidOf } from '../domain/kit/ids';

/** A command line's access to Parley: the application without its HTTP server, and an actor. */
export interface CliSession {
  app: App;
  actor: Actor;
  /** Runs a command as the system; a refusal is thrown as an error. */
  run: <Input, Result extends object>(
    command: Command<Input, Result>,
    args: Input,
  ) => Promise<Result>;
}

/**
 * Opens Parley for one command, beside a running server or alone, and closes it afterwards.
 * @param workspace id (`wsp_…`) of the workspace to work in; absent: the first one.
 */
export async function withSession<T>(
  workspace: string | undefined,
  use: (session: CliSession) => Promise<T>,
): Promise<T> {
  const named = workspace === undefined ? null : uuidOf('Workspace', workspace);
  if (workspace !== undefined && !named) {
    throw new ConfigError(`"${workspace}" is no workspace's id: it begins with wsp_.`);
  }
  const config = { ...loadConfig(readEnv()), logLevel: 'warn' as const };
  const app = await createApp(config, { beside: true });
  try {
    const actor = systemActor(named ?? app.first.workspaceId, new Set(Object.values(Permission)));
    await requireWorkspace(app, actor.workspaceId, workspace);
    return await use({ app, actor, run: (command, args) => run(app, actor, command, args) });
  } finally {
    await app.close();
  }
}

async function requireWorkspace(app: App, id: string, named: string | undefined): Promise<void> {
  const found = await app.sessions.objects(
    id,
    sql`select from workspace where workspace_id = ${id}`,
  );
  if (found.length === 0) throw new ConfigError(`There is no workspace ${named}.`);
}

async function run<Input, Result extends object>(
  { units, clock }: App,
  actor: Actor,
  command: Command<Input, Result>,
  args: Input,
): Promise<Result> {
  const answer = await runCommand(units, actor, clock(), command, args);
  if (answer.ok) return answer.result;
  throw new Error(answer.problems.map(({ message }) => message).join(' '));
}
