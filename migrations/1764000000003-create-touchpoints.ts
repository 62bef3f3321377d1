import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/** Touchpoints: the moments of customer experience. */
export class CreateTouchpoints1764000000003 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table touchpoint (
        workspace_id uuid not null references workspace,
        id uuid not null,
        customer_id uuid not null,
        type text not null,
        stage text,
        channel_id uuid,
        conversation_id uuid,
        message_id uuid,
        source text not null,
        external_id text not null,
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        properties jsonb not null default '{}',
        cost_amount numeric(20, 6),
        cost_currency text,
        value_amount numeric(20, 6),
        value_currency text,
        sentiment real,
        primary key (workspace_id, id),
        constraint touchpoint_external_key unique (workspace_id, source, external_id),
        ${belongsTo('touchpoint_customer_fk', 'customer_id', 'customer')},
        ${belongsTo('touchpoint_channel_fk', 'channel_id', 'channel')},
        ${belongsTo('touchpoint_conversation_fk', 'conversation_id', 'conversation')},
        ${belongsTo('touchpoint_message_fk', 'message_id', 'message')},
        ${belongsTo('touchpoint_stage_fk', 'stage', 'lifecycle_stage', 'key')}
      );
      create index touchpoint_occurred on touchpoint (workspace_id, occurred_at, id);
      create index touchpoint_customer_occurred on touchpoint (workspace_id, customer_id, occurred_at, id);
      create index touchpoint_type_occurred on touchpoint (workspace_id, type, occurred_at, id);
      create index touchpoint_channel_occurred on touchpoint (workspace_id, channel_id, occurred_at, id);
      ${tenantTable('touchpoint')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`drop table touchpoint`);
  }
}
