import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, hideTemporaryTables, tenantTable } from './tenancy';

/** Visitors of web chats, and how a chat is found by its channel alone. It only adds. */
export class CreateChatSessions1764000000170 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table chat_session (
        workspace_id uuid not null references workspace,
        id uuid not null,
        channel_id uuid not null,
        token_hash bytea not null,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        primary key (workspace_id, id),
        ${belongsTo('chat_session_channel_fk', 'channel_id', 'channel')}
      );
      create index chat_session_expiry on chat_session (workspace_id, channel_id, expires_at);
      ${tenantTable('chat_session')}
    `);
    // A customer's token names a channel and no workspace. Only web chats are found, and of them only
    // the workspace: what else there is to know needs the secret.
    await run.query(`
      create index channel_chat on channel (id) where connector = 'web-chat';
      ${hideTemporaryTables}
      create function find_chat_channel(wanted uuid) returns setof uuid
        language sql stable security definer set search_path from current
        as $$ select workspace_id from channel where id = wanted and connector = 'web-chat' $$;
      alter function find_chat_channel(uuid) owner to parley_system;
      revoke all on function find_chat_channel(uuid) from public;
      grant execute on function find_chat_channel(uuid) to parley_api;
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop function find_chat_channel(uuid);
      drop index channel_chat;
      drop table chat_session;
    `);
  }
}
