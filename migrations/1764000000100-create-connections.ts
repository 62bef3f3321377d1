import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, hideTemporaryTables, tenantTable } from './tenancy';

/**
 * What connectors need: credentials and state of channels, what came in as it came, what waits to go
 * out, and what becomes of messages after they were sent. Safe while older code runs: it only adds.
 */
export class CreateConnections1764000000100 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table channel
        -- the secret part of the channel's address for webhooks; null where it takes none
        add column webhook_key text,
        -- the secret settings as one encrypted JSON object
        add column secrets bytea;

      create table channel_state (
        workspace_id uuid not null references workspace,
        channel_id uuid not null,
        health text not null default 'OK',
        health_reason text,
        health_since timestamptz(3),
        last_inbound_at timestamptz(3),
        last_outbound_at timestamptz(3),
        -- how far a poller or stream has read
        cursor jsonb,
        -- the process that reads for the channel, and until when it is taken to be alive
        source_holder uuid,
        source_until timestamptz(3),
        primary key (workspace_id, channel_id),
        ${belongsTo('channel_state_channel_fk', 'channel_id', 'channel')}
      );
      ${tenantTable('channel_state')}

      alter table customer_identity
        -- what the platform tells of the person: followers, whether verified, picture
        add column profile jsonb not null default '{}',
        add column profile_at timestamptz(3);

      alter table conversation
        -- provider's time of the newest inbound message: reply windows count from it
        add column last_inbound_at timestamptz(3),
        -- what the customer answered in an intake form, as [{ key, label, value }]
        add column answers jsonb,
        -- what the connector needs to answer in it
        add column platform jsonb not null default '{}';
      -- the owner sees the rows that it brings up to date
      alter table conversation no force row level security;
      alter table message no force row level security;
      update conversation c set last_inbound_at = (
        select max(m.sent_at) from message m
        where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.direction = 'INBOUND'
      ) where first_inbound_at is not null;
      alter table conversation force row level security;
      alter table message force row level security;

      alter table post
        add column edited_at timestamptz(3),
        add column deleted_at timestamptz(3),
        add column platform jsonb not null default '{}';

      alter table message
        -- of what goes out by a connector: QUEUED, SENDING, SENT, DELIVERED, READ or FAILED
        add column status text,
        -- our own name for it on the way out: a retry and an echo are known by it
        add column client_key text,
        add column delivered_at timestamptz(3),
        add column read_at timestamptz(3),
        -- why it failed, as { code, message, retryable }
        add column failure jsonb,
        -- structured parts beside the text: html, location, contacts, buttons
        add column content jsonb,
        add column hidden_at timestamptz(3),
        -- what the connector needs to answer, edit or delete it
        add column platform jsonb;
      create unique index message_client_key on message (workspace_id, channel_id, client_key)
        where client_key is not null;

      create table message_reaction (
        workspace_id uuid not null references workspace,
        id uuid not null,
        message_id uuid not null,
        customer_id uuid,
        user_id uuid,
        -- who reacted, as the platform names them
        actor_key text not null,
        reaction text not null,
        reacted_at timestamptz(3) not null,
        removed_at timestamptz(3),
        primary key (workspace_id, id),
        constraint message_reaction_key unique (workspace_id, message_id, actor_key, reaction),
        ${belongsTo('message_reaction_message_fk', 'message_id', 'message')},
        ${belongsTo('message_reaction_customer_fk', 'customer_id', 'customer')},
        ${belongsTo('message_reaction_user_fk', 'user_id', 'app_user')}
      );
      ${tenantTable('message_reaction')}

      alter table attachment
        -- REMOTE: only known of; PENDING: to be fetched; STORED: here; FAILED: see failure
        add column status text not null default 'REMOTE',
        -- the platform's id of the file
        add column external_id text,
        -- in blob storage
        add column storage_key text,
        add column sha256 bytea,
        add column content_id text,
        add column failure text,
        add column fetched_at timestamptz(3);

      -- what came in, as it came: never changed, pruned by the week
      create table inbound_delivery (
        workspace_id uuid not null references workspace,
        id uuid not null,
        channel_id uuid not null,
        received_at timestamptz(3) not null,
        -- WEBHOOK, POLL or STREAM
        source text not null,
        -- the provider's name for what happened: the same again is not stored again
        event_key text not null,
        headers jsonb not null default '{}',
        body bytea not null,
        primary key (workspace_id, id, received_at),
        ${belongsTo('inbound_delivery_channel_fk', 'channel_id', 'channel')}
      ) partition by range (received_at);
      create index inbound_delivery_received on inbound_delivery (workspace_id, channel_id, received_at, id);
      ${tenantTable('inbound_delivery', 'insert')}

      -- deliveries that are still to be processed, and dead letters
      create table inbound_queue (
        workspace_id uuid not null references workspace,
        channel_id uuid not null,
        delivery_id uuid not null,
        received_at timestamptz(3) not null,
        due_at timestamptz(3) not null,
        attempts smallint not null default 0,
        is_dead boolean not null default false,
        error text,
        primary key (workspace_id, delivery_id),
        ${belongsTo('inbound_queue_channel_fk', 'channel_id', 'channel')}
      );
      create index inbound_queue_turn on inbound_queue (workspace_id, channel_id, received_at, delivery_id)
        where not is_dead;
      create index inbound_queue_dead on inbound_queue (workspace_id, received_at, delivery_id)
        where is_dead;
      alter table inbound_queue set (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0.5
      );
      ${tenantTable('inbound_queue')}

      -- news of messages that are not here yet: edits, deletions, reactions, receipts
      create table awaited_item (
        workspace_id uuid not null references workspace,
        id uuid not null,
        channel_id uuid not null,
        -- whose coming is waited for
        message_external_id text not null,
        -- the same news again is not kept again
        item_key text not null,
        item jsonb not null,
        received_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint awaited_item_key unique (workspace_id, channel_id, message_external_id, item_key),
        ${belongsTo('awaited_item_channel_fk', 'channel_id', 'channel')}
      );
      create index awaited_item_received on awaited_item (workspace_id, received_at);
      ${tenantTable('awaited_item')}

      -- messages that wait to be sent, and the attempt that is under way
      create table outbound_queue (
        workspace_id uuid not null references workspace,
        message_id uuid not null,
        channel_id uuid not null,
        conversation_id uuid not null,
        queued_at timestamptz(3) not null,
        due_at timestamptz(3) not null,
        attempts smallint not null default 0,
        -- whether an attempt may have got through: then it is looked for before another
        is_uncertain boolean not null default false,
        locked_by uuid,
        locked_until timestamptz(3),
        primary key (workspace_id, message_id),
        ${belongsTo('outbound_queue_message_fk', 'message_id', 'message')},
        ${belongsTo('outbound_queue_channel_fk', 'channel_id', 'channel')}
      );
      create index outbound_queue_turn on outbound_queue (workspace_id, channel_id, conversation_id, queued_at, message_id);
      ${tenantTable('outbound_queue')}

      -- what each account may still do, as the platform says, shared by all processes
      create table rate_budget (
        workspace_id uuid not null references workspace,
        channel_id uuid not null,
        bucket text not null,
        remaining integer not null,
        resets_at timestamptz(3) not null,
        primary key (workspace_id, channel_id, bucket),
        ${belongsTo('rate_budget_channel_fk', 'channel_id', 'channel')}
      );
      ${tenantTable('rate_budget')}
    `);
    await run.query(`
      ${hideTemporaryTables}

      create function ensure_delivery_partitions(until timestamptz) returns void
        language plpgsql security definer set search_path from current set timezone to 'UTC'
        as $$
        declare
          week timestamptz;
          name text;
        begin
          perform pg_advisory_xact_lock(hashtext('parley delivery partitions'));
          for week in select generate_series(
            date_trunc('week', now()) - interval '7 days', greatest(until, now()), interval '7 days'
          ) loop
            name := to_char(week, '"inbound_delivery_"IYYY"w"IW');
            if to_regclass('parley_log.' || name) is null then
              execute format('create table parley_log.%I (like inbound_delivery including all)', name);
              -- of the partition alone: one of the whole table would have to hold the time
              execute format('create unique index on parley_log.%I (workspace_id, channel_id, event_key)', name);
              execute format('alter table inbound_delivery attach partition parley_log.%I for values from (%L) to (%L)',
                name, week, week + interval '7 days');
            end if;
          end loop;
        end $$;

      -- drops the oldest that ended before, and gives its name; null when none did
      create function drop_delivery_partition(before timestamptz) returns text
        language plpgsql security definer set search_path from current
        set timezone to 'UTC' set lock_timeout to '1s'
        as $$
        declare
          name text;
          ended timestamptz;
        begin
          perform pg_advisory_xact_lock(hashtext('parley delivery partitions'));
          select relname, ends into name, ended from (
            select c.relname, (regexp_match(
                pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz as ends
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'inbound_delivery'::regclass
          ) partitions where ends <= before order by ends limit 1;
          if name is not null then
            delete from inbound_queue where received_at < ended;
            execute format('drop table parley_log.%I', name);
          end if;
          return name;
        end $$;
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
      ${functions.map((signature) => `drop function ${signature};`).join(' ')}
      drop table rate_budget, outbound_queue, awaited_item, inbound_queue, inbound_delivery,
        message_reaction, channel_state;
      alter table attachment
        drop column status, drop column external_id, drop column storage_key, drop column sha256,
        drop column content_id, drop column failure, drop column fetched_at;
      drop index message_client_key;
      alter table message
        drop column status, drop column client_key, drop column delivered_at, drop column read_at,
        drop column failure, drop column content, drop column hidden_at, drop column platform;
      alter table post drop column edited_at, drop column deleted_at, drop column platform;
      alter table conversation
        drop column last_inbound_at, drop column answers, drop column platform;
      alter table customer_identity drop column profile, drop column profile_at;
      alter table channel drop column webhook_key, drop column secrets;
    `);
  }
}

const functions = [
  'ensure_delivery_partitions(timestamptz)',
  'drop_delivery_partition(timestamptz)',
];
