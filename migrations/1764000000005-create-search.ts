import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hideTemporaryTables } from './tenancy';

/**
 * Full text over messages, similarity over names.
 *
 * Under row-level security PostgreSQL uses an index only for leakproof operators, and the operators
 * of text search are not. So search runs in functions of the system's role that filter by the bound
 * workspace themselves.
 */
export class CreateSearch1764000000005 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      ${hideTemporaryTables}
      create extension if not exists unaccent;
      create extension if not exists pg_trgm;
      create extension if not exists btree_gin;

      -- no stemming: a workspace's customers write in many languages
      create text search configuration parley (copy = simple);
      alter text search configuration parley
        alter mapping for asciiword, asciihword, hword_asciipart, word, hword, hword_part, numword, numhword, hword_numpart
        with unaccent, simple;

      -- unaccent is only stable by default; naming its dictionary makes it safe to index
      create function search_key(value text) returns text
        language sql immutable parallel safe strict set search_path from current
        as $$ select lower(unaccent('unaccent'::regdictionary, value)) $$;

      create index message_search on message using gin (workspace_id, to_tsvector('parley', body));
      create index conversation_search
        on conversation using gin (workspace_id, search_key(coalesce(subject, '')) gin_trgm_ops);
      create index customer_search on customer using gin
        (workspace_id, search_key(coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(external_ref, '')) gin_trgm_ops);
      create index customer_identity_search on customer_identity using gin
        (workspace_id, search_key(coalesce(handle, '') || ' ' || coalesce(display_name, '') || ' ' || external_id) gin_trgm_ops);

      create function like_literal(value text) returns text
        language sql immutable parallel safe strict
        as $$ select replace(replace(replace(value, '\\', '\\\\'), '%', '\\%'), '_', '\\_') $$;

      create function search_messages(words text) returns table (conversation_id uuid, message_id uuid)
        language sql stable security definer set search_path from current rows 100
        as $$
          select m.conversation_id, m.id from message m
          where m.workspace_id = current_workspace_id()
            and to_tsvector('parley', m.body) @@ websearch_to_tsquery('parley', words)
            and m.deleted_at is null
        $$;

      create function search_customers(words text) returns setof uuid
        language sql stable security definer set search_path from current rows 100
        as $$
          select c.id from customer c
          where c.workspace_id = current_workspace_id()
            and search_key(coalesce(c.name, '') || ' ' || coalesce(c.email, '') || ' ' || coalesce(c.external_ref, ''))
              like '%' || like_literal(search_key(words)) || '%'
          union
          select i.customer_id from customer_identity i
          where i.workspace_id = current_workspace_id()
            and search_key(coalesce(i.handle, '') || ' ' || coalesce(i.display_name, '') || ' ' || i.external_id)
              like '%' || like_literal(search_key(words)) || '%'
        $$;
    `);
    await run.query(`
      create function search_conversations(words text) returns setof uuid
        language sql stable security definer set search_path from current rows 100
        as $$
          select conversation_id from search_messages(words)
          union
          select c.id from conversation c
          where c.workspace_id = current_workspace_id()
            and search_key(coalesce(c.subject, '')) like '%' || like_literal(search_key(words)) || '%'
          union
          select c.id from conversation c
          where c.workspace_id = current_workspace_id()
            and c.customer_id in (select search_customers(words))
        $$;
    `);
    for (const signature of searchFunctions) {
      await run.query(`
        alter function ${signature} owner to parley_system;
        revoke all on function ${signature} from public;
        grant execute on function ${signature} to parley_api;
      `);
    }
  }

  /** The extensions stay: other things in the database may use them. */
  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop function search_conversations(text);
      drop function search_customers(text);
      drop function search_messages(text);
      drop function like_literal(text);
      drop index customer_identity_search, customer_search, conversation_search, message_search;
      drop function search_key(text);
      drop text search configuration parley;
    `);
  }
}

const searchFunctions = [
  'search_messages(text)',
  'search_customers(text)',
  'search_conversations(text)',
];
