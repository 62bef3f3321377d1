import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/**
 * Outgoing webhooks: endpoints, what is to be delivered to each, and the attempts to do so. Bodies are
 * not kept: they are written anew from the event log.
 */
export class CreateWebhooks1764000000020 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table webhook_endpoint (
        workspace_id uuid not null references workspace,
        id uuid not null,
        url text not null,
        description text,
        -- null: all
        event_types text[],
        ordered boolean not null default false,
        status text not null,
        disabled_reason text,
        disabled_at timestamptz(3),
        -- no attempt has succeeded since then
        failing_since timestamptz(3),
        -- the receiver asked to be left alone until then
        resting_until timestamptz(3),
        -- up to here the log has been turned into deliveries
        position bigint not null,
        -- retention had removed what came before this position and was not delivered
        missed_before bigint,
        secret bytea not null,
        previous_secret bytea,
        previous_secret_until timestamptz(3),
        -- the rights of whoever made it limit what it gets
        permissions text[] not null,
        channel_ids uuid[],
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        deleted_at timestamptz(3),
        primary key (workspace_id, id)
      );
      create index webhook_endpoint_created on webhook_endpoint (workspace_id, created_at, id);
      ${tenantTable('webhook_endpoint')}

      create table webhook_delivery (
        workspace_id uuid not null references workspace,
        id uuid not null,
        endpoint_id uuid not null,
        kind text not null,
        -- of the event; null for a ping
        position bigint,
        event_id uuid,
        type text not null,
        subject uuid,
        -- waits for earlier ones of its subject
        in_order boolean not null default false,
        status text not null,
        attempt_count integer not null default 0,
        -- while pending: when it is due; null while an earlier one goes first
        due_at timestamptz(3),
        -- the attempt that is under way; when it gets lost, the delivery is due again
        locked_by uuid,
        -- attempts since it was last begun, by itself or by hand
        round_attempts integer not null default 0,
        round_began_at timestamptz(3),
        created_at timestamptz(3) not null,
        finished_at timestamptz(3),
        primary key (workspace_id, id),
        ${belongsTo('webhook_delivery_endpoint_fk', 'endpoint_id', 'webhook_endpoint')}
      );
      create index webhook_delivery_of_endpoint on webhook_delivery (workspace_id, endpoint_id, id);
      create index webhook_delivery_status on webhook_delivery (workspace_id, endpoint_id, status, id);
      create index webhook_delivery_due on webhook_delivery (workspace_id, endpoint_id, due_at)
        where status = 'PENDING';
      create index webhook_delivery_turn on webhook_delivery (workspace_id, endpoint_id, subject, position)
        where status = 'PENDING' and in_order;
      ${tenantTable('webhook_delivery')}

      create table webhook_attempt (
        workspace_id uuid not null references workspace,
        delivery_id uuid not null,
        number integer not null,
        started_at timestamptz(3) not null,
        duration_ms integer not null,
        request_url text not null,
        request_headers jsonb not null default '{}',
        response_status integer,
        response_body text,
        error text,
        primary key (workspace_id, delivery_id, number),
        ${belongsTo('webhook_attempt_delivery_fk', 'delivery_id', 'webhook_delivery')}
      );
      ${tenantTable('webhook_attempt')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`drop table webhook_attempt, webhook_delivery, webhook_endpoint`);
  }
}
