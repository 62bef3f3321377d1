import type { Actor } from '../../auth/actor';
import type { Session, Sessions } from '../../db/sessions';
import type { Sql } from '../../db/sql';

/** Reads for one actor: every statement runs bound to the actor's workspace. */
export class Reader {
  constructor(
    readonly actor: Actor,
    private readonly sessions: Sessions,
  ) {}

  get workspaceId(): string {
    return this.actor.workspaceId;
  }

  /** Rows as arrays of columns. */
  rows(statement: Sql): Promise<unknown[][]> {
    return this.sessions.rows(this.actor.workspaceId, statement);
  }

  /** Rows as objects. */
  objects<T extends object>(statement: Sql): Promise<T[]> {
    return this.sessions.objects<T & Record<string, unknown>>(this.actor.workspaceId, statement);
  }

  /** Runs statements on one connection that is bound to the actor's workspace. */
  with<T>(use: (session: Session, workspaceId: string) => Promise<T>): Promise<T> {
    const { workspaceId } = this.actor;
    return this.sessions.with(workspaceId, (session) => use(session, workspaceId));
  }
}
