import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/**
 * What is done on platforms to messages that are there, and private answers to public messages. Safe
 * while older code runs: it only adds.
 */
export class CreateMessageActions1764000000200 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table message_action (
        workspace_id uuid not null references workspace,
        id uuid not null,
        message_id uuid not null,
        user_id uuid,
        kind text not null,
        -- of reacting: which reaction
        reaction text,
        status text not null,
        failure jsonb,
        attempts smallint not null default 0,
        requested_at timestamptz(3) not null,
        settled_at timestamptz(3),
        primary key (workspace_id, id),
        ${belongsTo('message_action_message_fk', 'message_id', 'message')},
        ${belongsTo('message_action_user_fk', 'user_id', 'app_user')}
      );
      create index message_action_message
        on message_action (workspace_id, message_id, requested_at, id);
      ${tenantTable('message_action')}

      alter table message
        add private_reply_id uuid,
        add ${belongsTo('message_private_reply_fk', 'private_reply_id', 'message')};

      create table conversation_link (
        workspace_id uuid not null references workspace,
        conversation_id uuid not null,
        linked_id uuid not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, conversation_id, linked_id),
        ${belongsTo('conversation_link_conversation_fk', 'conversation_id', 'conversation')},
        ${belongsTo('conversation_link_linked_fk', 'linked_id', 'conversation')}
      );
      ${tenantTable('conversation_link')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop table conversation_link;
      alter table message drop constraint message_private_reply_fk, drop private_reply_id;
      drop table message_action;
    `);
  }
}
