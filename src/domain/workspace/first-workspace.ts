import { Permission } from '../../auth/permissions';
import { systemActor, type Actor } from '../../auth/actor';
import type { Sessions } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { UnitOfWork } from '../../db/unit-of-work';
import { ApiKey } from '../../entities';
import { hashToken, newToken } from '../access/tokens';
import { defineCommand, runCommand, type Command } from '../kit/command';
import { newId } from '../kit/ids';
import { createWorkspace } from './create-workspace';
import { z } from 'zod';

const everything = new Set(Object.values(Permission));

/** Name of the key whose token the operator sets. */
const OPERATORS_KEY = 'PARLEY_ADMIN_TOKEN';

export interface FirstWorkspace {
  workspaceId: string;
  /** The owner token, when it was made just now; it is nowhere else. */
  token: string | null;
}

/** What the first start works with. */
export interface FirstStart {
  /** Sessions of the system's role, which sees all workspaces. */
  system: Sessions;
  units: UnitOfWork;
  now: Date;
  /** The operator's own token; absent: one is made with the workspace. */
  adminToken?: string;
}

/** Makes the first workspace with an owner token where there is none, and honours the operator's token. */
export async function ensureFirstWorkspace(start: FirstStart): Promise<FirstWorkspace> {
  const existing = await oldestWorkspace(start.system);
  if (!start.adminToken) {
    return existing ? { workspaceId: existing, token: null } : makeWorkspace(start, 'Parley');
  }
  const workspaceId = existing ?? newId();
  const actor = systemActor(workspaceId, everything);
  if (!existing) await must(start, actor, createWorkspace, { name: 'Parley' });
  await must(start, actor, installOwnerToken, { token: start.adminToken, name: OPERATORS_KEY });
  return { workspaceId, token: null };
}

/** Makes a workspace with an owner token. */
export async function makeWorkspace(
  start: Pick<FirstStart, 'units' | 'now'>,
  name: string,
): Promise<{ workspaceId: string; token: string }> {
  const workspaceId = newId();
  const actor = systemActor(workspaceId, everything);
  const token = newToken();
  await must(start, actor, createWorkspace, { name });
  await must(start, actor, installOwnerToken, { token, name: 'Owner' });
  return { workspaceId, token };
}

/** The workspace that was made first, or null. */
export async function oldestWorkspace(system: Sessions): Promise<string | null> {
  const [row] = await system.objects<{ id: string }>(
    SYSTEM_BINDING,
    sql`select workspace_id id from workspace order by created_at, workspace_id limit 1`,
  );
  return row?.id ?? null;
}

/** The system's role sees every workspace, bound or not; this binds its connections to none. */
const SYSTEM_BINDING = '';

async function must<Input, Result extends object>(
  { units, now }: Pick<FirstStart, 'units' | 'now'>,
  actor: Actor,
  command: Command<Input, Result>,
  args: unknown,
): Promise<void> {
  const answer = await runCommand(units, actor, now, command, args);
  if (!answer.ok) throw new Error(answer.problems.map(({ message }) => message).join(' '));
}

/** Makes a key with every permission for a given token; an operator's token replaces the one before. */
const installOwnerToken = defineCommand({
  name: 'ownerTokenInstall',
  input: z.object({ token: z.string(), name: z.string() }),
  async run({ manager, actor, now }, { token, name }) {
    const { workspaceId } = actor;
    const tokenHash = hashToken(token);
    const known = await manager.findBy(ApiKey, { workspaceId, name });
    const current = known.find((key) => key.tokenHash.equals(tokenHash) && !key.revokedAt);
    if (current) return { result: {} };
    for (const { id, revokedAt } of known) {
      if (!revokedAt) await manager.update(ApiKey, { workspaceId, id }, { revokedAt: now });
    }
    const id = newId();
    await manager.insert(ApiKey, {
      workspaceId,
      id,
      name,
      tokenHash,
      tokenHint: token.slice(-4),
      scopes: [...everything],
      channelIds: null,
      createdAt: now,
    });
    return {
      result: {},
      events: [{ type: 'api_key.created', subjectId: id, data: {} }],
      audit: { subject: id },
    };
  },
});
