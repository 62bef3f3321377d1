import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hideTemporaryTables } from './tenancy';

/** Drops the oldest partition of deliveries that ended before, and gives its name; null when none did. */
const dropPartition = `
  create or replace function drop_delivery_partition(before timestamptz) returns text
    language plpgsql security definer set search_path from current
    set timezone to 'UTC' set lock_timeout to '1s'
    as $$
    declare
      name text;
      began timestamptz;
      ended timestamptz;
    begin
      perform pg_advisory_xact_lock(hashtext('parley delivery partitions'));
      select relname, starts, ends into name, began, ended from (
        select c.relname,
          (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz
            as starts,
          (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz
            as ends
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'inbound_delivery'::regclass
      ) partitions where ends <= before and not exists (
        select from inbound_queue q join channel h
          on h.workspace_id = q.workspace_id and h.id = q.channel_id
        where not q.is_dead and q.received_at >= starts and q.received_at < ends
          and h.status = 'PAUSED'
      ) order by ends limit 1;
      if name is not null then
        delete from inbound_queue where received_at >= began and received_at < ended;
        execute format('drop table parley_log.%I', name);
      end if;
      return name;
    end $$`;

/** As it was, to the letter. */
const formerDropPartition = `
      create or replace function drop_delivery_partition(before timestamptz) returns text
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
        end $$`;

/**
 * What waits on a channel that is paused was accepted, and is not processed yet: its week is kept until
 * the channel takes part again, or is disconnected.
 */
export class KeepWaitingDeliveries1764000000310 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(hideTemporaryTables + dropPartition);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(hideTemporaryTables + formerDropPartition);
  }
}
