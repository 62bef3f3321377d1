import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from './tenancy';

/**
 * Who views or types in which conversation at this moment. Unlogged: after a crash of the server
 * nobody is there, until they say so again, which they do every few seconds.
 */
export class CreatePresence1764000000011 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create unlogged table presence (
        workspace_id uuid not null references workspace,
        conversation_id uuid not null,
        actor_kind text not null,
        actor_id uuid not null,
        activity text not null check (activity in ('VIEWING', 'TYPING')),
        since timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        primary key (workspace_id, conversation_id, actor_kind, actor_id),
        constraint presence_conversation_fk foreign key (workspace_id, conversation_id)
          references conversation (workspace_id, id)
      );
      create index presence_expiry on presence (workspace_id, expires_at);
      ${tenantTable('presence')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`drop table presence`);
  }
}
