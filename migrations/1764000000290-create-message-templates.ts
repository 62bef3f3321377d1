import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/** Messages that a platform has approved, to be filled in. Safe while older code runs: it only adds. */
export class CreateMessageTemplates1764000000290 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table message_template (
        workspace_id uuid not null references workspace,
        id uuid not null,
        channel_id uuid not null,
        external_id text not null,
        name text not null,
        language text not null,
        category text,
        status text not null,
        status_reason text,
        -- the provider's time of the status, where it has told it
        status_at timestamptz(3),
        body text not null,
        parameters jsonb not null,
        components jsonb not null,
        synced_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint message_template_name unique (workspace_id, channel_id, name, language),
        ${belongsTo('message_template_channel_fk', 'channel_id', 'channel')}
      );
      ${tenantTable('message_template')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('drop table message_template');
  }
}
