import { systemActor, type Actor } from '../auth/actor';
import { Permission } from '../auth/permissions';
import { ConfigError, loadConfig } from '../config/config';
import { firstToken } from '../banner';
import { readEnv } from '../config/env';
import type { Core } from '../core';
import { runCommand, type Command } from '../domain/kit/command';
import { isConnectionLoss } from '../db/sessions';
import { sql } from '../db/sql';
import { DatabaseRefused } from '../db/migrate';
import { uuidOf } from '../domain/kit/ids';
import { isExpected } from '../expected-errors';
import { CommandRefused } from './command-refused';
import { openDatabase } from './open-database';

/** A command line's access to Parley: the database, what commands run on, and an actor. */
export interface CliSession {
  core: Core;
  actor: Actor;
  /** Runs a command as the system. @throws CommandRefused */
  run: <Input, Result extends object>(
    command: Command<Input, Result>,
    args: Input,
  ) => Promise<Result>;
}

/** What a session is opened with. */
export interface SessionOptions {
  /** UUID of the workspace to work in; absent: the first one. */
  workspaceId?: string;
  /** Ends the wait for other commands; work under way looks at it by itself. */
  stop: AbortSignal;
}

/**
 * The UUID of a workspace that is named on the command line.
 * @throws ConfigError when it is no workspace's id.
 */
export function workspaceUuid(id: string): string {
  const uuid = uuidOf('Workspace', id);
  if (uuid) return uuid;
  throw new ConfigError(
    `--workspace: "${id}" is not the id of a workspace, which looks like wsp_01jx5t3c2wf1v8m7q0h9e6d4ab (viewer { workspace { id } } tells it).`,
  );
}

/** Opens Parley for one command, beside a running server or alone, and closes it afterwards. */
export async function withSession<T>(
  { workspaceId, stop }: SessionOptions,
  use: (session: CliSession) => Promise<T>,
): Promise<T> {
  // what a command has to say it says itself; the log of the server is not for its terminal
  const config = { ...loadConfig(readEnv()), logLevel: 'error' as const };
  const { core, close } = await openDatabase(config, stop);
  try {
    // on standard error, so that what a command prints can be used by a script
    process.stderr.write(firstToken(core));
    stop.throwIfAborted();
    const actor = systemActor(
      workspaceId ?? core.first.workspaceId,
      new Set(Object.values(Permission)),
    );
    await requireWorkspace(core, actor.workspaceId);
    return await use({ core, actor, run: (command, args) => run(core, actor, command, args) });
  } catch (error) {
    throw isConnectionLoss(error) && !isExpected(error) ? databaseGone(error) : error;
  } finally {
    await close();
  }
}

async function requireWorkspace({ sessions }: Core, id: string): Promise<void> {
  const found = await sessions.objects(id, sql`select from workspace where workspace_id = ${id}`);
  if (found.length === 0) throw new ConfigError('--workspace: there is no workspace with this id.');
}

function databaseGone(cause: Error): DatabaseRefused {
  const remedy = 'What is done so far is kept: run the command again to go on.';
  return new DatabaseRefused(`The database went away (${cause.message}). ${remedy}`, { cause });
}

async function run<Input, Result extends object>(
  { units, clock }: Core,
  actor: Actor,
  command: Command<Input, Result>,
  args: Input,
): Promise<Result> {
  const answer = await runCommand(units, actor, clock(), command, args);
  if (answer.ok) return answer.result;
  throw new CommandRefused(answer.problems);
}
