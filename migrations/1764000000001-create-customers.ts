import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/** Customers, their handles and organisations, and the stages of the relationship. */
export class CreateCustomers1764000000001 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table company (
        workspace_id uuid not null references workspace,
        id uuid not null,
        name text not null,
        domain text,
        external_ref text,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint company_external_ref_key unique (workspace_id, external_ref)
      );
      ${tenantTable('company')}

      create table lifecycle_stage (
        workspace_id uuid not null references workspace,
        key text not null,
        name text not null,
        position smallint not null,
        primary key (workspace_id, key)
      );
      ${tenantTable('lifecycle_stage')}

      create table customer (
        workspace_id uuid not null references workspace,
        id uuid not null,
        name text,
        email text,
        phone text,
        external_ref text,
        company_id uuid,
        stage text not null,
        properties jsonb not null default '{}',
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint customer_external_ref_key unique (workspace_id, external_ref),
        constraint customer_email_key unique (workspace_id, email),
        ${belongsTo('customer_company_fk', 'company_id', 'company')},
        ${belongsTo('customer_stage_fk', 'stage', 'lifecycle_stage', 'key')}
      );
      create index customer_created on customer (workspace_id, created_at, id);
      create index customer_updated on customer (workspace_id, updated_at, id);
      create index customer_company on customer (workspace_id, company_id);
      ${tenantTable('customer')}

      create table customer_identity (
        workspace_id uuid not null references workspace,
        id uuid not null,
        customer_id uuid not null,
        channel_kind text not null,
        scope text not null default '',
        external_id text not null,
        handle text,
        display_name text,
        created_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint customer_identity_key unique (workspace_id, channel_kind, scope, external_id),
        ${belongsTo('customer_identity_customer_fk', 'customer_id', 'customer')}
      );
      create index customer_identity_customer on customer_identity (workspace_id, customer_id, id);
      ${tenantTable('customer_identity')}

      create table lifecycle_transition (
        workspace_id uuid not null references workspace,
        id uuid not null,
        customer_id uuid not null,
        from_stage text,
        to_stage text not null,
        reason text,
        actor jsonb not null default '{}',
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        primary key (workspace_id, id),
        ${belongsTo('lifecycle_transition_customer_fk', 'customer_id', 'customer')},
        ${belongsTo('lifecycle_transition_to_fk', 'to_stage', 'lifecycle_stage', 'key')}
      );
      create index lifecycle_transition_customer
        on lifecycle_transition (workspace_id, customer_id, occurred_at, id);
      ${tenantTable('lifecycle_transition', 'insert')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(
      `drop table lifecycle_transition, customer_identity, customer, lifecycle_stage, company`,
    );
  }
}
