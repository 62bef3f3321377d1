import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hideTemporaryTables, tenantTable } from './tenancy';

/**
 * Roles belong to the whole server: another database of it may have made them, or be making them
 * now. Where this user may not do that, an administrator makes and grants them once.
 */
const createRole = (role: string) => `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${role}') then
      create role ${role} nologin;
    end if;
  exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then ${missingRight(role)}
  end $$;
  do $$ begin
    -- from PostgreSQL 16 on, a member may lack the right to take on the role
    if not pg_has_role('${role}', case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end) then
      execute format('grant ${role} to %I', current_user);
    end if;
  exception
    when unique_violation then null;
    when insufficient_privilege then ${missingRight(role)}
  end $$;
`;

const missingRight = (role: string) => `
  raise insufficient_privilege using message = format(
    'The database user %1$I may not create or take on the role ${role}. Let an administrator run: '
    'create role parley_api; create role parley_system; grant parley_api, parley_system to %1$I; '
    '(leave out what exists already)', current_user);`;

/** The two roles, the workspace binding, and who may come in: workspaces, users, API keys. */
export class CreateTenancy1764000000000 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      ${createRole('parley_api')}
      ${createRole('parley_system')}
      do $$ begin
        execute format('grant usage, create on schema %I to parley_system', current_schema());
        execute format('grant usage on schema %I to parley_api', current_schema());
      end $$;

      create function current_workspace_id() returns uuid language sql stable parallel safe
        as $$ select nullif(current_setting('parley.workspace_id', true), '')::uuid $$;

      create table workspace (
        workspace_id uuid primary key,
        name text not null,
        created_at timestamptz(3) not null
      );
      ${tenantTable('workspace')}

      create table app_user (
        workspace_id uuid not null references workspace,
        id uuid not null,
        email text not null,
        name text,
        role text not null,
        status text not null,
        channel_ids uuid[],
        issuer text,
        subject text,
        created_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint app_user_email_key unique (workspace_id, email),
        constraint app_user_subject_key unique (workspace_id, issuer, subject)
      );
      ${tenantTable('app_user')}

      create table api_key (
        workspace_id uuid not null references workspace,
        id uuid not null,
        name text not null,
        token_hash bytea not null,
        token_hint text not null,
        scopes text[] not null,
        channel_ids uuid[],
        created_at timestamptz(3) not null,
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3),
        primary key (workspace_id, id)
      );
      -- serves find_api_key; not unique, because a unique index has to begin with the workspace
      create index api_key_token on api_key (token_hash);
      ${tenantTable('api_key')}
    `);
    // A caller's workspace is not known before the caller is. These two functions are the only way
    // for the API's role to look across workspaces, and each needs the secret or the proven subject.
    await run.query(`
      ${hideTemporaryTables}
      create function find_api_key(hash bytea) returns setof api_key
        language sql stable security definer set search_path from current
        as $$ select * from api_key where token_hash = hash $$;
      create function find_users(token_issuer text, token_subject text, token_email text) returns setof app_user
        language sql stable security definer set search_path from current
        as $$
          select * from app_user where issuer = token_issuer and subject = token_subject
          union all
          select * from app_user where issuer is null and email = token_email
        $$;
      create index app_user_subject on app_user (issuer, subject);
      create index app_user_email on app_user (email);
      alter function find_api_key(bytea) owner to parley_system;
      alter function find_users(text, text, text) owner to parley_system;
      revoke all on function find_api_key(bytea), find_users(text, text, text) from public;
      grant execute on function find_api_key(bytea), find_users(text, text, text) to parley_api;
    `);
  }

  /** The roles stay: they belong to the server, and another database may use them. */
  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop function find_users(text, text, text);
      drop function find_api_key(bytea);
      drop table api_key, app_user, workspace;
      drop function current_workspace_id();
      do $$ begin
        execute format('revoke all on schema %I from parley_api, parley_system', current_schema());
      end $$;
    `);
  }
}
