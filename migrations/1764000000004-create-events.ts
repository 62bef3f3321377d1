import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from './tenancy';

/** The event outbox and log, the stored answers of mutations, and the audit trail. */
export class CreateEvents1764000000004 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      -- written in the command's transaction; (tx, seq) lets a reader skip what has not committed yet
      create table event_outbox (
        workspace_id uuid not null references workspace,
        seq bigint not null generated always as identity,
        tx xid8 not null default pg_current_xact_id(),
        event_id uuid not null,
        type text not null,
        version smallint not null,
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        actor jsonb not null,
        subject uuid not null,
        data jsonb not null,
        primary key (workspace_id, seq)
      );
      create index event_outbox_commit_order on event_outbox (tx, seq);
      ${tenantTable('event_outbox', 'insert')}

      create table event_log (
        workspace_id uuid not null references workspace,
        position bigint not null,
        event_id uuid not null,
        type text not null,
        version smallint not null,
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        actor jsonb not null,
        subject uuid not null,
        data jsonb not null,
        primary key (workspace_id, position)
      );
      ${tenantTable('event_log', 'insert')}

      create table idempotency_record (
        workspace_id uuid not null references workspace,
        caller text not null,
        key text not null,
        mutation text not null,
        input_hash bytea not null,
        answer jsonb not null default '{}',
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        primary key (workspace_id, caller, key)
      );
      create index idempotency_record_expiry on idempotency_record (workspace_id, expires_at);
      ${tenantTable('idempotency_record')}

      create table audit_entry (
        workspace_id uuid not null references workspace,
        id uuid not null,
        actor jsonb not null default '{}',
        action text not null,
        subject text,
        detail jsonb not null default '{}',
        recorded_at timestamptz(3) not null,
        primary key (workspace_id, id)
      );
      create index audit_entry_recorded on audit_entry (workspace_id, recorded_at, id);
      ${tenantTable('audit_entry', 'insert')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`drop table audit_entry, idempotency_record, event_log, event_outbox`);
  }
}
