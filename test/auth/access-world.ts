import type { DataSource } from 'typeorm';
import { systemActor, type Actor } from '../../src/auth/actor';
import { Authenticator, type AuthenticatorOptions } from '../../src/auth/authenticate';
import { Permission } from '../../src/auth/permissions';
import { createDataSource, poolOf } from '../../src/db/data-source';
import { Sessions } from '../../src/db/sessions';
import { UnitOfWork } from '../../src/db/unit-of-work';
import { createApiKey, revokeApiKey } from '../../src/domain/access/api-keys';
import { inviteUser } from '../../src/domain/access/users';
import { runCommand, type Command } from '../../src/domain/kit/command';
import { globalId, newId } from '../../src/domain/kit/ids';
import { createWorkspace } from '../../src/domain/workspace/create-workspace';
import { createTestDatabase, type TestDatabase } from '../support/database';

type Logged = [fields: object, message?: string];

/** A database of its own, the clock, and what an administrator can do in it. */
export class AccessWorld {
  /** Milliseconds since the epoch; tests move it. */
  now = Date.UTC(2026, 0, 15, 12);
  readonly logged: Record<'debug' | 'warn', Logged[]> = { debug: [], warn: [] };
  readonly clock = () => new Date(this.now);

  private constructor(
    private readonly database: TestDatabase,
    /** As the API connects: row-level security applies. */
    readonly api: DataSource,
    /** As the tables' owner, for what no command does yet; sees every workspace. */
    private readonly owner: DataSource,
    private readonly sessions: Sessions,
  ) {}

  static async create(): Promise<AccessWorld> {
    const database = await createTestDatabase();
    const api = createDataSource({ url: database.url, role: 'parley_api', poolSize: 8 });
    const owner = createDataSource({ url: database.url, poolSize: 2 });
    await Promise.all([api.initialize(), owner.initialize()]);
    return new AccessWorld(database, api, owner, new Sessions(poolOf(api)));
  }

  async destroy(): Promise<void> {
    if (this.api.isInitialized) await this.api.destroy();
    await this.owner.destroy();
    await this.database.drop();
  }

  authenticator(options: Partial<AuthenticatorOptions> = {}): Authenticator {
    return new Authenticator({
      sessions: this.sessions,
      pool: poolOf(this.api),
      clock: this.clock,
      log: {
        debug: (...entry: unknown[]) => void this.logged.debug.push(entry as Logged),
        warn: (...entry: unknown[]) => void this.logged.warn.push(entry as Logged),
      },
      ...options,
    });
  }

  /** A new workspace's UUID. */
  async workspace(): Promise<string> {
    const id = newId();
    await this.run(id, createWorkspace, { name: 'Acme' });
    return id;
  }

  apiKey(workspaceId: string, input: { scopes?: Permission[]; expiresAt?: Date } = {}) {
    const scopes = [Permission.WORKSPACE_READ];
    return this.run(workspaceId, createApiKey, {
      input: { name: 'CRM', scopes, ...input },
    }) as Promise<{ apiKeyId: string; token: string }>;
  }

  revoke(workspaceId: string, apiKeyId: string) {
    return this.run(workspaceId, revokeApiKey, { id: globalId('ApiKey', apiKeyId) });
  }

  /** The UUID of the invited user. */
  async invite(workspaceId: string, email: string, role = 'AGENT'): Promise<string> {
    return (await this.run(workspaceId, inviteUser, { input: { email, role } })).userId;
  }

  query<T extends object>(statement: string, values: unknown[] = []): Promise<T[]> {
    return this.owner.query(statement, values);
  }

  private async run<Input, Result extends object>(
    workspaceId: string,
    command: Command<Input, Result>,
    args: object,
  ): Promise<Result> {
    const administrator: Actor = systemActor(workspaceId, new Set(Object.values(Permission)));
    const units = new UnitOfWork(this.api, this.sessions);
    const answer = await runCommand(units, administrator, this.clock(), command, args);
    if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
    return answer.result;
  }
}
