import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, hideTemporaryTables, tenantTable } from './tenancy';

/**
 * What it takes to come to the same state whatever the order of the news: the provider's time of each
 * fact, the history of posts, and how far a conversation was read before its messages came.
 */
export class KeepWhatItemsTell1764000000120 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table customer_identity
        -- provider's time of each of these facts, in milliseconds by the fact's name
        add column fact_times jsonb not null default '{}';

      alter table conversation
        add column fact_times jsonb not null default '{}',
        -- up to which messages of ours were delivered and read, as the platform says
        add column delivered_until timestamptz(3),
        add column read_until timestamptz(3);

      alter table message
        -- sent by a machine: no reason to answer, and no answer
        add column is_automatic boolean not null default false,
        -- provider's time of the newest report of whether it is hidden
        add column hiding_at timestamptz(3);

      alter table message_revision
        -- provider's time of the edit that the previous body came from; null for how it was sent
        add column previous_at timestamptz(3);
      -- an edit that is told late takes its place among others: what ended the one before it changes
      grant update on message_revision to parley_api;

      create table post_revision (
        workspace_id uuid not null references workspace,
        id uuid not null,
        post_id uuid not null,
        kind text not null,
        previous_body text,
        previous_at timestamptz(3),
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        primary key (workspace_id, id),
        ${belongsTo('post_revision_post_fk', 'post_id', 'post')}
      );
      create index post_revision_post on post_revision (workspace_id, post_id, occurred_at, id);
      ${tenantTable('post_revision', 'insert, update')}

      alter table message_reaction
        -- the platform's id of the reaction itself
        add column external_id text;
      create index message_reaction_external on message_reaction (workspace_id, external_id)
        where external_id is not null;

      -- the order in which they happened, which is not the order in which they were told
      drop index message_revision_message;
      create index message_revision_message on message_revision (workspace_id, message_id, occurred_at, id);
    `);
    await run.query(`
      ${hideTemporaryTables}
      -- a text of a megabyte has more words than PostgreSQL takes: the first 128 K characters are found
      drop index message_search;
      create index message_search on message
        using gin (workspace_id, to_tsvector('parley', left(body, 131072)));
      create or replace function search_messages(words text)
        returns table (conversation_id uuid, message_id uuid)
        language sql stable security definer set search_path from current rows 100
        as $$
          select m.conversation_id, m.id from message m
          where m.workspace_id = current_workspace_id()
            and to_tsvector('parley', left(m.body, 131072)) @@ websearch_to_tsquery('parley', words)
            and m.deleted_at is null
        $$;
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      ${hideTemporaryTables}
      create or replace function search_messages(words text)
        returns table (conversation_id uuid, message_id uuid)
        language sql stable security definer set search_path from current rows 100
        as $$
          select m.conversation_id, m.id from message m
          where m.workspace_id = current_workspace_id()
            and to_tsvector('parley', m.body) @@ websearch_to_tsquery('parley', words)
            and m.deleted_at is null
        $$;
      drop index message_search;
      create index message_search on message using gin (workspace_id, to_tsvector('parley', body));
      drop index message_revision_message;
      create index message_revision_message on message_revision (workspace_id, message_id, recorded_at, id);
      revoke update on message_revision from parley_api;
      drop table post_revision;
      alter table message_reaction drop column external_id;
      alter table message_revision drop column previous_at;
      alter table message drop column is_automatic, drop column hiding_at;
      alter table conversation
        drop column fact_times, drop column delivered_until, drop column read_until;
      alter table customer_identity drop column fact_times;
    `);
  }
}
