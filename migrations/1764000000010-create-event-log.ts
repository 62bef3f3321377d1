import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hideTemporaryTables, tenantTable } from './tenancy';

/**
 * The event log as it is read: positions without gaps in each workspace, partitioned by the week in
 * which events were sequenced so that retention drops whole tables. Events now say in columns what
 * they are about, for feeds of one conversation or customer.
 *
 * The log that this replaces was never written to. The partitions live in a schema of their own,
 * where nobody but the owner reaches them around the log's row-level security.
 */
export class CreateEventLog1764000000010 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table event_outbox
        add column conversation_id uuid, add column customer_id uuid, add column channel_id uuid;
      update event_outbox set
        conversation_id = case when type like 'conversation.%' then subject
          else (data ->> 'conversationId')::uuid end,
        customer_id = case when type like 'customer.%' then subject
          else (data ->> 'customerId')::uuid end,
        channel_id = case when type like 'channel.%' then subject else (data ->> 'channelId')::uuid end;
      create index event_outbox_append_order on event_outbox (seq);
      -- rows live for a moment here, so it is dead ones that fill it
      alter table event_outbox set (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0.5
      );

      drop table event_log;
      create table event_log (
        workspace_id uuid not null references workspace,
        position bigint not null,
        sequenced_at timestamptz not null,
        event_id uuid not null,
        type text not null,
        version smallint not null,
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        actor jsonb not null,
        subject uuid not null,
        conversation_id uuid,
        customer_id uuid,
        channel_id uuid,
        data jsonb not null,
        primary key (workspace_id, position, sequenced_at)
      ) partition by range (sequenced_at);
      create index event_log_conversation on event_log (workspace_id, conversation_id, position)
        where conversation_id is not null;
      create index event_log_customer on event_log (workspace_id, customer_id, position)
        where customer_id is not null;
      ${tenantTable('event_log', 'select')}

      -- the position that was given last
      create table event_head (
        workspace_id uuid primary key references workspace,
        position bigint not null
      );
      ${tenantTable('event_head', 'select')}

      create schema parley_log;
    `);
    await run.query(`
      ${hideTemporaryTables}

      -- attached, not created as partitions: that would wait for all who read or write the log
      create function ensure_event_partitions(until timestamptz) returns void
        language plpgsql security definer set search_path from current set timezone to 'UTC'
        as $$
        declare
          week timestamptz;
          name text;
        begin
          perform pg_advisory_xact_lock(hashtext('parley event partitions'));
          for week in select generate_series(
            date_trunc('week', now()), greatest(until, now()), interval '7 days'
          ) loop
            name := to_char(week, '"event_log_"IYYY"w"IW');
            if to_regclass('parley_log.' || name) is null then
              execute format('create table parley_log.%I (like event_log including all)', name);
              execute format('alter table event_log attach partition parley_log.%I for values from (%L) to (%L)',
                name, week, week + interval '7 days');
            end if;
          end loop;
        end $$;

      -- drops the oldest that ended before, and gives its name; null when none did. Who reads or writes
      -- the log waits meanwhile, so it gives up soon when somebody reads for long
      create function drop_event_partition(before timestamptz) returns text
        language plpgsql security definer set search_path from current
        set timezone to 'UTC' set lock_timeout to '1s'
        as $$
        declare
          name text;
        begin
          perform pg_advisory_xact_lock(hashtext('parley event partitions'));
          select relname into name from (
            select c.relname, (regexp_match(
                pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz as ends
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'event_log'::regclass
          ) partitions where ends <= before order by ends limit 1;
          if name is not null then
            execute format('drop table parley_log.%I', name);
          end if;
          return name;
        end $$;
    `);
    await run.query(`
      -- search_conversations for a few conversations, whatever the number of others that match
      create function search_among(ids uuid[], words text) returns setof uuid
        language sql stable security definer set search_path from current rows 10
        as $$
          select c.id from conversation c
          where c.workspace_id = current_workspace_id() and c.id = any(ids) and (
            exists (
              select from message m
              where m.workspace_id = c.workspace_id and m.conversation_id = c.id
                and m.deleted_at is null
                and to_tsvector('parley', m.body) @@ websearch_to_tsquery('parley', words)
            )
            or search_key(coalesce(c.subject, '')) like '%' || like_literal(search_key(words)) || '%'
            or exists (
              select from customer k
              where k.workspace_id = c.workspace_id and k.id = c.customer_id
                and search_key(coalesce(k.name, '') || ' ' || coalesce(k.email, '') || ' ' || coalesce(k.external_ref, ''))
                  like '%' || like_literal(search_key(words)) || '%'
            )
            or exists (
              select from customer_identity i
              where i.workspace_id = c.workspace_id and i.customer_id = c.customer_id
                and search_key(coalesce(i.handle, '') || ' ' || coalesce(i.display_name, '') || ' ' || i.external_id)
                  like '%' || like_literal(search_key(words)) || '%'
            )
          )
        $$;
      alter function search_among(uuid[], text) owner to parley_system;
      revoke all on function search_among(uuid[], text) from public;
      grant execute on function search_among(uuid[], text) to parley_api;
    `);
    for (const signature of functions) {
      await run.query(`
        revoke all on function ${signature} from public;
        grant execute on function ${signature} to parley_system;
      `);
    }
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop function search_among(uuid[], text);
      ${functions.map((signature) => `drop function ${signature};`).join(' ')}
      drop table event_head, event_log;
      drop schema parley_log;
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
      alter table event_outbox reset (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
        autovacuum_vacuum_insert_threshold, autovacuum_analyze_scale_factor
      );
      drop index event_outbox_append_order;
      alter table event_outbox
        drop column conversation_id, drop column customer_id, drop column channel_id;
    `);
  }
}

const functions = ['ensure_event_partitions(timestamptz)', 'drop_event_partition(timestamptz)'];
