import type { Pool } from 'pg';
import { queryObjects, type Sessions } from '../db/sessions';
import { sql } from '../db/sql';
import { newId } from '../domain/kit/ids';
import type { UserRole, UserStatus } from '../entities/user';
import type { Identity } from './access-tokens';
import type { Actor } from './actor';
import { rolePermissions } from './permissions';
import { Unauthenticated, WorkspaceAmbiguous } from './refusals';

/** A person's place in one workspace. */
export interface Membership {
  workspace_id: string;
  id: string;
  email: string;
  name: string | null;
  role: UserRole;
  status: UserStatus;
  channel_ids: string[] | null;
  /** Null until the first sign-in. */
  issuer: string | null;
}

export interface MembershipsOptions {
  pool: Pool;
  sessions: Sessions;
  clock: () => Date;
}

/**
 * The membership that a request is for.
 *
 * Without a workspace named, an invitation counts only for somebody who is a member nowhere: else
 * whoever knows an address could, by an invitation, make its owner's requests ambiguous.
 *
 * @param workspaceId the workspace that the request names; null when it names none.
 * @throws Unauthenticated when there is none, WorkspaceAmbiguous when there are several.
 */
export function chooseMembership(
  memberships: readonly Membership[],
  workspaceId: string | null,
): Membership {
  const active = memberships.filter(({ issuer, status }) => issuer !== null && status === 'ACTIVE');
  // somebody whose access was ended doesn't come back by an invitation to another address
  const signedIn = new Set(memberships.filter((it) => it.issuer !== null).map(workspaceOf));
  const invited = memberships.filter(
    (it) => it.issuer === null && it.status === 'INVITED' && !signedIn.has(workspaceOf(it)),
  );
  const candidates =
    workspaceId === null
      ? active.length > 0
        ? active
        : invited
      : [...active, ...invited].filter((it) => workspaceOf(it) === workspaceId);
  const [chosen] = candidates;
  if (!chosen) throw new Unauthenticated('no user who may sign in');
  if (candidates.length > 1) throw new WorkspaceAmbiguous();
  return chosen;
}

const workspaceOf = (membership: Membership) => membership.workspace_id;

/** Finds the users that a proven identity stands for, and makes invited ones active. */
export class Memberships {
  constructor(private readonly options: MembershipsOptions) {}

  /**
   * The user behind an identity, in the workspace named or the only one.
   * @throws Unauthenticated when there is none, WorkspaceAmbiguous when there are several.
   */
  async actorOf(identity: Identity, workspaceId: string | null): Promise<Actor> {
    const chosen = chooseMembership(await this.find(identity), workspaceId);
    if (chosen.issuer !== null) return toActor(chosen);
    await this.bind(chosen, identity);
    // Another sign-in may have come first: of the same person, who is then found, or of another.
    const bound = (await this.find(identity)).filter((it) => it.issuer !== null);
    return toActor(chooseMembership(bound, workspaceOf(chosen)));
  }

  private find({ issuer, subject, verifiedEmail }: Identity): Promise<Membership[]> {
    return queryObjects<Membership>(
      this.options.pool,
      sql`select workspace_id, id, email, name, role, status, channel_ids, issuer
          from find_users(${issuer}, ${subject}, ${verifiedEmail})`,
    );
  }

  /** The first sign-in. One statement, so user and audit entry are written together and once. */
  private async bind({ workspace_id, id }: Membership, identity: Identity): Promise<void> {
    const { sessions, clock } = this.options;
    const { issuer, subject, name } = identity;
    const actor = { kind: 'USER', id };
    await sessions.rows(
      workspace_id,
      sql`with bound as (
            update app_user
            set issuer = ${issuer}, subject = ${subject}, status = 'ACTIVE', name = coalesce(name, ${name})
            where workspace_id = ${workspace_id} and id = ${id} and issuer is null and status = 'INVITED'
            returning workspace_id, id
          )
          insert into audit_entry (workspace_id, id, actor, action, subject, detail, recorded_at)
          select workspace_id, ${newId()}::uuid, ${actor}::jsonb, 'userSignIn', id::text, ${{ issuer }}::jsonb,
                 ${clock()}::timestamptz
          from bound`,
    );
  }
}

function toActor(user: Membership): Actor {
  return Object.freeze<Actor>({
    kind: 'USER',
    workspaceId: user.workspace_id,
    id: user.id,
    name: user.name ?? user.email,
    permissions: rolePermissions[user.role],
    channelIds: user.channel_ids && Object.freeze(user.channel_ids),
  });
}
